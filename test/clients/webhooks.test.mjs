// Webhook subscriptions: by hand with the GraphQL client, and by the library's own
// registration of handlers.
import { DeliveryMethod } from '@shopify/shopify-api';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphQL, library, openShop, sessionOf, stateOf, version } from './simulator.mjs';

const uri = 'https://relay.shopkeeper.example/hooks/one';

/** subscriptions are the three documents of an app that keeps its webhooks by hand. */
function subscriptions(shop) {
  const client = graphQL(shop);
  const run = async (document, variables) => (await client.request(document, { variables })).data;
  return {
    list: async (variables = {}) =>
      (
        await run(
          `query List($first: Int! = 50, $after: String, $topics: [WebhookSubscriptionTopic!]) {
            webhookSubscriptions(first: $first, after: $after, topics: $topics) {
              nodes { id topic uri format includeFields filter name apiVersion { handle } }
              pageInfo { hasNextPage endCursor }
            }
          }`,
          variables,
        )
      ).webhookSubscriptions,
    create: async (topic, webhookSubscription) =>
      (
        await run(
          `mutation Create($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
            webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
              webhookSubscription { id topic uri }
              userErrors { field message }
            }
          }`,
          { topic, webhookSubscription },
        )
      ).webhookSubscriptionCreate,
    delete: async (id) =>
      (
        await run(
          `mutation Delete($id: ID!) {
            webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
          }`,
          { id },
        )
      ).webhookSubscriptionDelete,
  };
}

test('a new shop has no subscriptions', async (t) => {
  const { list } = subscriptions(await openShop(t));
  assert.deepEqual(await list(), { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } });
});

test('what was created is listed, with what it was created with', async (t) => {
  const shop = await openShop(t);
  const { create, list } = subscriptions(shop);
  const made = await create('ORDERS_CREATE', { uri, format: 'JSON', includeFields: ['id', 'updated_at'], filter: 'total_price:>10', name: 'shopkeeper' });
  assert.deepEqual(made.userErrors, []);
  assert.match(made.webhookSubscription.id, /^gid:\/\/shopify\/WebhookSubscription\/\d+$/);
  const other = await create('PRODUCTS_UPDATE', { uri });
  assert.deepEqual(other.userErrors, []);
  assert.notEqual(other.webhookSubscription.id, made.webhookSubscription.id);
  assert.deepEqual((await list()).nodes, [
    {
      id: made.webhookSubscription.id,
      topic: 'ORDERS_CREATE',
      uri,
      format: 'JSON',
      includeFields: ['id', 'updated_at'],
      filter: 'total_price:>10',
      name: 'shopkeeper',
      apiVersion: { handle: version },
    },
    {
      id: other.webhookSubscription.id,
      topic: 'PRODUCTS_UPDATE',
      uri,
      format: 'JSON',
      includeFields: [],
      filter: null,
      name: null,
      apiVersion: { handle: version },
    },
  ]);
  assert.deepEqual(
    (await list({ topics: ['PRODUCTS_UPDATE'] })).nodes.map((n) => n.id),
    [other.webhookSubscription.id],
  );
});

test('pages give each subscription once', async (t) => {
  const { create, list } = subscriptions(await openShop(t));
  const topics = ['ORDERS_CREATE', 'ORDERS_PAID', 'ORDERS_CANCELLED', 'PRODUCTS_UPDATE', 'INVENTORY_LEVELS_UPDATE'];
  for (const topic of topics) assert.deepEqual((await create(topic, { uri })).userErrors, []);
  const seen = [];
  let after = null;
  for (let pages = 1; ; pages += 1) {
    const { nodes, pageInfo } = await list({ first: 2, after });
    seen.push(...nodes.map((n) => n.topic));
    if (!pageInfo.hasNextPage) {
      assert.equal(pages, 3);
      break;
    }
    assert.equal(nodes.length, 2);
    after = pageInfo.endCursor;
  }
  assert.deepEqual(seen, topics);
});

test('the same topic and address twice is a userError and changes nothing', async (t) => {
  const shop = await openShop(t);
  const { create } = subscriptions(shop);
  assert.deepEqual((await create('ORDERS_CREATE', { uri })).userErrors, []);
  const before = await stateOf(shop);
  assert.deepEqual(await create('ORDERS_CREATE', { uri }), {
    webhookSubscription: null,
    userErrors: [{ field: ['webhookSubscription', 'callbackUrl'], message: 'Address for this topic has already been taken' }],
  });
  assert.deepEqual(await stateOf(shop), before);
});

test('an address without TLS is a userError', async (t) => {
  const shop = await openShop(t);
  const { webhookSubscription, userErrors } = await subscriptions(shop).create('ORDERS_CREATE', { uri: 'http://relay.shopkeeper.example' });
  assert.equal(webhookSubscription, null);
  assert.deepEqual(userErrors, [{ field: ['webhookSubscription', 'callbackUrl'], message: 'Address protocol http:// is not supported' }]);
  assert.deepEqual((await stateOf(shop)).webhookSubscriptions, []);
});

test('a topic that needs a scope that is missing is a userError', async (t) => {
  const { create } = subscriptions(await openShop(t, { app: { scopes: ['read_products'] } }));
  assert.deepEqual((await create('PRODUCTS_UPDATE', { uri })).userErrors, []);
  const { webhookSubscription, userErrors } = await create('ORDERS_CREATE', { uri });
  assert.equal(webhookSubscription, null);
  assert.deepEqual(userErrors.map((e) => e.message), ['You cannot create a webhook subscription with the specified topic']);
});

test('what was deleted is gone, and deleting it again is a userError', async (t) => {
  const shop = await openShop(t);
  const { create, list, delete: remove } = subscriptions(shop);
  const { id } = (await create('ORDERS_CREATE', { uri })).webhookSubscription;
  const kept = (await create('ORDERS_PAID', { uri })).webhookSubscription;
  assert.deepEqual(await remove(id), { deletedWebhookSubscriptionId: id, userErrors: [] });
  assert.deepEqual((await list()).nodes.map((n) => n.id), [kept.id]);
  assert.deepEqual(await remove(id), {
    deletedWebhookSubscriptionId: null,
    userErrors: [{ field: ['id'], message: 'Webhook subscription does not exist' }],
  });
});

/** registered runs the library's registration of handlers and returns what it did, by topic. */
async function registered(shop, handlers) {
  const { webhooks } = library(shop);
  webhooks.addHandlers(handlers);
  const results = await webhooks.register({ session: sessionOf(shop) });
  return Object.fromEntries(
    Object.entries(results).map(([topic, list]) => [
      topic,
      list.map(({ success, operation, result }) => {
        assert.ok(success, `${operation} ${topic}: ${JSON.stringify(result)}`);
        return operation;
      }),
    ]),
  );
}

test("the library's registration creates, leaves, updates and deletes subscriptions", async (t) => {
  const shop = await openShop(t);
  const handler = (path, more = {}) => ({ deliveryMethod: DeliveryMethod.Http, callbackUrl: path, callback: async () => {}, ...more });
  const state = async () =>
    (await stateOf(shop)).webhookSubscriptions.map(({ topic, uri: address, includeFields = [] }) => [topic, new URL(address).pathname, includeFields]);

  const wanted = () => ({ ORDERS_CREATE: [handler('/orders')], PRODUCTS_UPDATE: [handler('/products')] });
  assert.deepEqual(await registered(shop, wanted()), { ORDERS_CREATE: ['create'], PRODUCTS_UPDATE: ['create'] });
  const made = await stateOf(shop);
  assert.deepEqual(made.webhookSubscriptions.map((w) => w.uri), [
    'https://relay.shopkeeper.example/orders',
    'https://relay.shopkeeper.example/products',
  ]);

  assert.deepEqual(await registered(shop, wanted()), { ORDERS_CREATE: [], PRODUCTS_UPDATE: [] });
  assert.deepEqual(await stateOf(shop), made);

  const changed = { ORDERS_CREATE: [handler('/orders', { includeFields: ['id', 'name'] })], PRODUCTS_UPDATE: [handler('/goods')] };
  assert.deepEqual(await registered(shop, changed), { ORDERS_CREATE: ['update'], PRODUCTS_UPDATE: ['create', 'delete'] });
  assert.deepEqual(await state(), [
    ['ORDERS_CREATE', '/orders', ['id', 'name']],
    ['PRODUCTS_UPDATE', '/goods', []],
  ]);

  assert.deepEqual(await registered(shop, { ORDERS_CREATE: changed.ORDERS_CREATE }), { ORDERS_CREATE: [], PRODUCTS_UPDATE: ['delete'] });
  assert.deepEqual(await state(), [['ORDERS_CREATE', '/orders', ['id', 'name']]]);
});
