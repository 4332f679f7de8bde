// Package simulator is a simulated Shopify Admin API for tests and demos: many
// shops behind one http.Handler, each found by the request's Host header. It
// knows nothing of the client it tests; it speaks HTTP, holds every document
// against Shopify's own schema of the asked version, and fails loudly where a
// shop's state has no answer instead of making one up.
//
// # A request's way
//
// ServeHTTP routes; a route is a list of stages (pipeline.go), each of which
// either answers or lets the exchange go on:
//
//	findShop → chooseVersion → authenticate → decode → validate → price → misbehave → spend → measure → warnOfDeprecated → execute → send
//
// An app's buckets in a shop pay for a request (cost_budget.go, bucket.go), and a
// fault (faults.go) may strike before the work, during or after. The executor
// (execute.go) walks a validated document as the GraphQL specification says,
// checks the schema's @access against the token's scopes (access.go) and asks a
// registry of resolvers for each field. Shops' state is plain structs (state.go), also
// the JSON of the control API under /__sim/ (control.go). A shop's lock is held
// while one of its documents executes and never across I/O.
//
// # An event's way
//
// Emit (events.go) finds the subscriptions to a topic, holds the payload against
// their filters (payload_filter.go), cuts it (payload_fields.go) and queues a
// delivery or more (delivery_engine.go), as the shop's rules of disorder say
// (delivery_rules.go). The clock (clock.go) makes each attempt
// (delivery_attempt.go), signed as signing.go says. Who changes what apps are
// told of calls Simulator.emit with a payload of payload*.go, a resolver tell of
// its request; a change of the shop, its apps, products or stock behind the API's
// back is noticed by itself (events_natural.go).
//
// # A sale's way
//
// What customers and merchants do (checkout.go, order_acts.go, order_refund.go,
// product_acts.go) is a trade (trade.go): it looks first, so that one that fails
// changes nothing, then changes order and stock (stock_moves.go), and tells of all
// with one event id. What things come to is worked out in order_money.go and
// discounts.go; order_event.go and product_event.go turn the state into payloads.
//
// # A product's way
//
// What apps write to a product goes through a draft (product_draft.go), which is
// committed when nothing is wrong with it and tells of what changed. Products are
// found by an index (index.go) that is never stored: what names them only adds to
// it, and whoever finds one there looks whether it still is. A photo is uploaded
// (upload.go, upload_http.go), becomes a file (file.go) that is ready once the
// clock has gone on, and is shown by products (product_media.go). A bulk query
// (bulk.go) is answered by the same executor, with connections that list everything.
//
// # Adding a resource
//
// Say a Product: add its struct to the state and to Shop; write product.go with
// a fields map for "Product" (the resolvers of its fields) and, for a list,
// connectionFields; add the root fields to that file's maps for "QueryRoot" and
// "Mutation"; enter the maps in registry.go and a lookup for node(id:). A field
// that is missing there answers NOT_MODELLED, and so does an argument or input
// field that a resolver does not name as heeded: nothing is silently ignored.
// A test holds every name in the registry against the schemas. A mutation that
// takes @idempotent(key:) is wrapped in idempotent (idempotency.go), which does
// the rest; which those are a test knows. Arguments that are wrong whatever the
// key are refused before it by refusing.
//
// A list with a query: argument gets searchFields (search_fields.go), those that
// the schema's description of the argument names.
//
// Rules that Shopify does not document carry their source in a comment; (?)
// marks those on which public records are thin or disagree. docs/simulator.md
// has them all in one table, and how to use it all from outside.
package simulator
