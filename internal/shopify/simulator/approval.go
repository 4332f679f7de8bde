package simulator

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Data about customers is protected: an app of the Dev Dashboard sees none of it
// before Shopify approves its use, whatever scopes it has
// (https://shopify.dev/docs/apps/launch/protected-customer-data).

// protectedTopics begin the webhook topics whose payloads hold such data. The
// first four are refused in public records; of the rest only the general rule is
// known (?).
var protectedTopics = []string{
	"ORDERS_", "CUSTOMERS_", "FULFILLMENTS_", "DRAFT_ORDERS_",
	"REFUNDS_", "CHECKOUTS_", "ORDER_TRANSACTIONS_", "CUSTOMER_", "RETURNS_", "FULFILLMENT_EVENTS_",
}

// protectedObjects are the types that cannot be read. Order and Customer are
// refused in public records, DraftOrder is like them (?).
var protectedObjects = []string{"Order", "Customer", "DraftOrder"}

const protectedDataPage = "See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."

// approved says whether an app may see data about customers.
func (a *App) approved() bool { return a.ProtectedDataApproved == nil || *a.ProtectedDataApproved }

// refuseTopic is the userError for an app that is not approved for a topic, else
// nil. Words and field are those of public records
// (https://github.com/kinngh/shopify-node-express-mongodb-app/issues/84). That
// the missing scope is reported first is a guess (?).
func refuseTopic(a *App, topic string) record {
	begins := func(prefix string) bool { return strings.HasPrefix(topic, prefix) }
	if a.approved() || topic == "CUSTOMER_ACCOUNT_SETTINGS_UPDATE" || !slices.ContainsFunc(protectedTopics, begins) {
		return nil
	}
	return userError("", "This app is not approved to subscribe to webhook topics containing protected customer data. "+protectedDataPage, "webhookSubscription")
}

// refuseObject is the error for an app that asks for a field whose type, or for
// a connection whose nodes' type, it is not approved for; else nil. Its code is
// ACCESS_DENIED in public records.
func refuseObject(s *ast.Schema, a *App, f *ast.FieldDefinition) *graphQLError {
	if a.approved() {
		return nil
	}
	name := f.Type.Name()
	if def := s.Types[name]; strings.HasSuffix(name, "Connection") && def.Fields.ForName("nodes") != nil {
		name = def.Fields.ForName("nodes").Type.Name()
	}
	if !slices.Contains(protectedObjects, name) {
		return nil
	}
	return failure(codeAccessDenied, "This app is not approved to access the %s object. %s", name, protectedDataPage)
}
