package config_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// client1 is the namespace of a client, as there are many.
const client1 = "client-rights"

// rights asks the API server what somebody may do in a namespace, cluster-wide rights
// included: a line for each verb and resource.
func rights(t *testing.T, namespace, user string, groups ...string) map[string]bool {
	t.Helper()
	review := &authorizationv1.SelfSubjectRulesReview{Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: namespace}}
	if err := impersonate(t, user, groups...).Create(t.Context(), review); err != nil {
		t.Fatal(err)
	}
	if review.Status.Incomplete {
		t.Fatalf("the API server does not know all: %s", review.Status.EvaluationError)
	}
	lines := map[string]bool{}
	for _, rule := range review.Status.ResourceRules {
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				if group != "" {
					resource = group + "/" + resource
				}
				for _, verb := range rule.Verbs {
					if len(rule.ResourceNames) == 0 {
						lines[verb+" "+resource] = true
					}
					for _, name := range rule.ResourceNames {
						lines[verb+" "+resource+" "+name] = true
					}
				}
			}
		}
	}
	for _, rule := range review.Status.NonResourceRules {
		for _, url := range rule.NonResourceURLs {
			lines[strings.Join(rule.Verbs, ",")+" "+url] = true
		}
	}
	return lines
}

// listed says what somebody may do beyond what everybody may, in a fixed form.
func listed(t *testing.T, user string, groups ...string) string {
	t.Helper()
	anybody := rights(t, client1, "system:serviceaccount:"+client1+":anybody", "system:authenticated", "system:serviceaccounts")
	everywhere, here := rights(t, client1, user, groups...), rights(t, system, user, groups...)
	var lines []string
	for _, line := range slices.Sorted(maps.Keys(everywhere)) {
		if !anybody[line] {
			lines = append(lines, "everywhere: "+line)
		}
	}
	for _, line := range slices.Sorted(maps.Keys(here)) {
		if !anybody[line] && !everywhere[line] {
			lines = append(lines, system+": "+line)
		}
	}
	return strings.Join(lines, "\n")
}

// written is what testdata/rights says, without its comments.
func written(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/rights/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool { return line == "" || strings.HasPrefix(line, "#") })
	return strings.Join(lines, "\n")
}

func makeNamespace(t *testing.T, name string) {
	t.Helper()
	if err := client.IgnoreAlreadyExists(admin.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})); err != nil {
		t.Fatal(err)
	}
}

func TestEachAccountMayDoWhatIsWrittenAndNoMore(t *testing.T) {
	install(t, "overlays/production", "Namespace", "ServiceAccount", "ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding")
	makeNamespace(t, client1)
	var accounts corev1.ServiceAccountList
	NewWithT(t).Expect(admin.List(t.Context(), &accounts, client.InNamespace(system), client.MatchingLabels{"app.kubernetes.io/name": "shopkeeper"})).To(Succeed())
	NewWithT(t).Expect(accounts.Items).To(HaveLen(4))
	for _, account := range accounts.Items {
		t.Run(account.Name, func(t *testing.T) {
			user := fmt.Sprintf("system:serviceaccount:%s:%s", system, account.Name)
			// A right takes a moment to be in effect.
			NewWithT(t).Eventually(func() string {
				return listed(t, user, "system:authenticated", "system:serviceaccounts", "system:serviceaccounts:"+system)
			}, soon, "50ms").Should(Equal(written(t, account.Name)))
			NewWithT(t).Expect(account.AutomountServiceAccountToken).To(HaveValue(BeFalse()), "a pod has to ask for it")
		})
	}
}

func TestEachTenantRoleMayDoWhatIsWrittenAndNoMore(t *testing.T) {
	install(t, "overlays/production", "Namespace", "ClusterRole")
	makeNamespace(t, client1)
	for _, role := range []string{"shopkeeper-tenant-viewer", "shopkeeper-tenant-editor", "shopkeeper-tenant-admin"} {
		t.Run(role, func(t *testing.T) {
			bindRole(t, client1, role, role)
			// Bound in the client's namespace, so that "everywhere" reads: there.
			NewWithT(t).Eventually(func() string {
				return strings.ReplaceAll(listed(t, role, "system:authenticated"), "everywhere: ", "")
			}, soon, "50ms").Should(Equal(written(t, role)))
		})
	}
}
