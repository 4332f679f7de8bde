package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/console/api"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog/photos"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

var (
	maple = ledger.Store{Tenant: "client-maple-kids", Name: "maple-kids"}
	bees  = ledger.Store{Tenant: "client-thrifty-bees", Name: "thrifty-bees"}
	start = time.Date(2027, time.April, 10, 12, 0, 0, 0, time.UTC)
)

// cluster is the API server that the tests share, with RBAC in force, and in it the
// console's own account and the people of two clients.
var cluster struct {
	kube    kubernetes.Interface
	console *rest.Config
}

// roles are what the people of each namespace are called, and may do.
var roles = map[string]string{"viewer": "shopkeeper-tenant-viewer", "editor": "shopkeeper-tenant-editor", "admin": "shopkeeper-tenant-admin", "nobody": ""}

func TestMain(m *testing.M) {
	os.Exit(ledgertest.Stop(testenv.Run(m, func(config *rest.Config) {
		if err := populate(context.Background(), config); err != nil {
			panic(err)
		}
	})))
}

func populate(ctx context.Context, config *rest.Config) error {
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	cluster.kube = kube
	for _, file := range []string{"console.yaml", "tenants.yaml"} {
		list, err := clusterRoles(file)
		if err != nil {
			return err
		}
		for _, role := range list {
			if _, err := kube.RbacV1().ClusterRoles().Create(ctx, &role, metav1.CreateOptions{}); err != nil {
				return err
			}
		}
	}
	for _, namespace := range []string{maple.Tenant, bees.Tenant, "shopkeeper-system"} {
		if _, err := kube.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	for _, store := range []ledger.Store{maple, bees} {
		for name, role := range roles {
			if err := account(ctx, store.Tenant, name); err != nil {
				return err
			}
			if role == "" {
				continue
			}
			binding := &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name}, RoleRef: clusterRole(role), Subjects: subject(store.Tenant, name)}
			if _, err := kube.RbacV1().RoleBindings(store.Tenant).Create(ctx, binding, metav1.CreateOptions{}); err != nil {
				return err
			}
		}
	}
	if err := account(ctx, "shopkeeper-system", "console"); err != nil {
		return err
	}
	binding := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "console"}, RoleRef: clusterRole("shopkeeper-console"), Subjects: subject("shopkeeper-system", "console")}
	if _, err := kube.RbacV1().ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		return err
	}
	cluster.console = rest.AnonymousClientConfig(config)
	cluster.console.BearerToken, err = tokenFor(ctx, "shopkeeper-system", "console", nil, time.Hour)
	return err
}

// clusterRoles reads a file of config/rbac.
func clusterRoles(file string) ([]rbacv1.ClusterRole, error) {
	text, err := os.ReadFile(filepath.Join(testenv.Root(), "config", "rbac", file))
	var list []rbacv1.ClusterRole
	for document := range strings.SplitSeq(string(text), "\n---\n") {
		var kind metav1.TypeMeta
		if err = errors.Join(err, yaml.Unmarshal([]byte(document), &kind)); kind.Kind != "ClusterRole" {
			continue // bindings are to accounts that this cluster does not have
		}
		var role rbacv1.ClusterRole
		err = errors.Join(err, yaml.UnmarshalStrict([]byte(document), &role))
		list = append(list, role)
	}
	return list, err
}

func account(ctx context.Context, namespace, name string) error {
	_, err := cluster.kube.CoreV1().ServiceAccounts(namespace).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	return err
}

func clusterRole(name string) rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name}
}

func subject(namespace, name string) []rbacv1.Subject {
	return []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: namespace, Name: name}}
}

func tokenFor(ctx context.Context, namespace, name string, audiences []string, valid time.Duration) (string, error) {
	seconds := int64(valid.Seconds())
	request, err := cluster.kube.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, name, &authenticationv1.TokenRequest{
		Spec: authenticationv1.TokenRequestSpec{Audiences: audiences, ExpirationSeconds: &seconds},
	}, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	return request.Status.Token, nil
}

// token is a token of somebody for the console, or for another audience.
func token(tb testing.TB, namespace, name string, audience ...string) string {
	tb.Helper()
	if len(audience) == 0 {
		audience = []string{access.DefaultAudience}
	}
	text, err := tokenFor(tb.Context(), namespace, name, audience, time.Hour)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// bed is a console over a ledger that two connected stores are in.
type bed struct {
	t       testing.TB
	now     time.Time
	manager *ledger.Ledger
	guard   *access.Guard
	api     *api.API
	token   string
}

func newBed(tb testing.TB, place ledgertest.Place) *bed {
	tb.Helper()
	b := &bed{t: tb, now: start}
	b.manager = ledgertest.Open(tb, place.Manager, func() time.Time { return b.now })
	console := b.manager
	if place.Console != place.Manager {
		console = ledgertest.Open(tb, place.Console, func() time.Time { return b.now })
	}
	var err error
	if b.guard, err = access.NewGuard(access.Options{Kubernetes: cluster.console, Ledger: console, Now: func() time.Time { return b.now }}); err != nil {
		tb.Fatal(err)
	}
	bucket, err := photos.Open(tb.Context(), "file://"+filepath.ToSlash(tb.TempDir()))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = bucket.Close() })
	if b.api, err = api.New(api.Options{Guard: b.guard, Photos: bucket}); err != nil {
		tb.Fatal(err)
	}
	b.token = token(tb, maple.Tenant, "editor")
	for i, store := range []ledger.Store{maple, bees} {
		b.update(store, func(tx *ledger.Tx) error {
			return errors.Join(
				tx.Bind(ledger.Binding{ShopID: uint64(i) + 1, ShopDomain: store.Name + ".myshopify.com", Currency: "CAD"}),
				tx.PutSaleEvent(ledger.SaleEvent{ID: "spring", Name: "Spring", StartsAt: start.AddDate(0, 0, -1), EndsAt: start.AddDate(0, 0, 2), ReturnWindowEndsAt: start.AddDate(0, 0, 14)}),
				tx.PutTerms("spring", []ledger.Terms{{EffectiveFrom: start.AddDate(-1, 0, 0), RegularPercent: 6000, SuperPercent: 7000, MaxPercent: 8500}}),
				tx.PutConsignor(ledger.Consignor{ID: "c1", Name: "Robin", Class: "Regular"}),
				tx.PutConsignor(ledger.Consignor{ID: "c2", Name: "Zoë", Class: "Super"}))
		})
	}
	return b
}

func (b *bed) update(store ledger.Store, f func(*ledger.Tx) error) {
	b.t.Helper()
	if err := b.manager.Update(b.t.Context(), store, f); err != nil {
		b.t.Fatal(err)
	}
}

// item puts an item of c1 into maple's ledger, in a state.
func (b *bed) item(id, state string) {
	b.t.Helper()
	b.update(maple, func(tx *ledger.Tx) error {
		return tx.PutItem(ledger.Item{ID: id, ConsignorID: "c1", EventID: "spring", Title: "Boots", PriceCents: 2000, State: state})
	})
}

// state is where an item of maple's stands.
func (b *bed) state(id string) string {
	b.t.Helper()
	var item ledger.Item
	b.update(maple, func(tx *ledger.Tx) (err error) { item, err = tx.Item(id); return err })
	return item.State
}

// pushes counts the jobs that have an item's product follow.
func (b *bed) pushes(id string) (n int) {
	b.t.Helper()
	query := "SELECT COUNT(*) FROM river_job WHERE kind = 'push' AND args ->> 'item' = $1"
	if err := b.manager.DB().QueryRowContext(b.t.Context(), query, id).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// reply is an answer; fields are those of its body.
type reply struct {
	status int
	header http.Header
	text   string
	fields map[string]any
}

// problem is what is wrong, by field.
func (r reply) problem() map[string]string {
	found := map[string]string{}
	list, _ := r.fields["errors"].([]any)
	for _, one := range list {
		fault := one.(map[string]any)
		name := fmt.Sprint(fault["field"])
		if fault["file"] != nil {
			name = fmt.Sprintf("%v:%v:%v", fault["file"], fault["row"], fault["field"])
		}
		found[name] = fmt.Sprint(fault["message"])
	}
	return found
}

// ids are those of a list's items.
func (r reply) ids() (ids []string) {
	list, _ := r.fields["items"].([]any)
	for _, one := range list {
		ids = append(ids, one.(map[string]any)["id"].(string))
	}
	return ids
}

// of is a path of maple's store.
func of(path string) string { return in(maple, path) }

func in(store ledger.Store, path string) string {
	return "/api/v1/namespaces/" + store.Tenant + "/stores/" + store.Name + path
}

// call makes a request as the editor of maple's, unless a header says otherwise; a
// body of text is sent as it is.
func (b *bed) call(method, path string, body any, headers ...string) reply {
	b.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r := httptest.NewRequest(method, path, reader).WithContext(b.t.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.api.ServeHTTP(w, r)
	out := reply{status: w.Code, header: w.Header(), text: w.Body.String(), fields: map[string]any{}}
	if strings.Contains(out.header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(w.Body.Bytes(), &out.fields); err != nil {
			b.t.Errorf("%s %s: %v: %s", method, path, err, out.text)
		}
	}
	return out
}

type object = map[string]any

// want holds a reply's status against what it should be.
func (b *bed) want(r reply, status int, why string) {
	b.t.Helper()
	if r.status != status {
		b.t.Errorf("%s: got %d, want %d: %s", why, r.status, status, r.text)
	}
}

func equal[T comparable](t *testing.T, got, want T, what string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func deleteNow() *metav1.DeleteOptions { return metav1.NewDeleteOptions(0) }
