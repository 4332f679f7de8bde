//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// The namespaces of the ingress controller and of Prometheus that the policies name.
const ingress, monitoring = "ingress-nginx", "monitoring"

// metrics are the ports of the components that Prometheus comes to, which no Service has.
var metrics = map[string]string{"relay": "8081", "console": "8082", "manager": "8080"}

// asker tries what it can reach: a pod of a component or, where that is empty, one of a
// namespace.
type asker struct {
	reason, component, namespace string
	may                          []string
}

// network holds what reaches what against the policies. Where nothing enforces them,
// everything is reached, and it fails.
func network(s *scene) {
	reached := map[string]bool{}
	for _, from := range []asker{
		{"it takes in what the world sends", "relay", "", []string{"ledger"}},
		{"it asks who may do what", "console", "", []string{"API server", "ledger"}},
		{"it asks the relay as Shopify does", "manager", "", []string{"API server", "ledger", "relay"}},
		{"the ingress controller brings in what comes from outside", "", ingress, []string{"API server", "console", "relay"}},
		{"Prometheus looks at all", "", monitoring, []string{"API server", "console's metrics", "manager's metrics", "relay's metrics"}},
		{"others have no business here", "", ours, []string{"API server"}},
	} {
		name, ask := from.component, s.within(from.component)
		if name == "" {
			s.stranger(from.namespace)
			name, ask = "a pod of "+from.namespace, s.from(from.namespace)
		}
		targets := s.targets(from.component)
		s.Eventually(func() []string { // a policy takes a moment to know a pod that is new
			got := s.reach(targets, ask)
			for _, target := range got {
				s.Expect(from.may).To(ContainElement(target), "%s: %s. Does the cluster's network plugin enforce policies?", name, from.reason)
			}
			return got
		}, patience, time.Second).Should(Equal(from.may), "%s: %s", name, from.reason)
		s.t.Logf("%s reaches %s, and nothing else", name, strings.Join(from.may, ", "))
		for _, target := range from.may {
			reached[target] = true
		}
	}
	s.Expect(reached).To(HaveLen(len(s.targets(""))), "who reaches a target shows that it was there for those who do not")
}

// targets are what a component, or anybody else, may try to reach: a name or address, and a
// port. A pod always reaches itself.
func (s *scene) targets(but string) map[string]string {
	s.t.Helper()
	all := map[string]string{
		"relay":      "shopkeeper-relay.shopkeeper-system.svc 443",
		"console":    "shopkeeper-console.shopkeeper-system.svc 443",
		"ledger":     "postgres.shopkeeper-ledger.svc 5432",
		"API server": "kubernetes.default.svc 443",
	}
	for component, port := range metrics {
		if component != but {
			all[component+"'s metrics"] = s.pods(component)[0].Status.PodIP + " " + port
		}
	}
	return all
}

// reach tries every target, and names those that answered.
func (s *scene) reach(targets map[string]string, ask func(script string) string) (names []string) {
	s.t.Helper()
	var script strings.Builder
	for name, target := range targets {
		host, port, _ := strings.Cut(target, " ")
		// A database's client says how far it came, whatever it is that answers; a server of
		// HTTP waits for the end of a line.
		fmt.Fprintf(&script, "echo \"== %s\"; psql -w \"host=%s port=%s user='two\nlines' dbname=none connect_timeout=5 sslmode=disable\" -c '' 2>&1; ", name, host, port)
	}
	for said := range strings.SplitSeq(ask(script.String()+"echo '== end'"), "== ") {
		name, answer, _ := strings.Cut(said, "\n")
		if targets[name] == "" {
			continue
		}
		switch {
		case strings.Contains(answer, "closed the connection"), strings.Contains(answer, "no password supplied"), strings.Contains(answer, "expected authentication request"):
			names = append(names, name)
		default:
			s.Expect(answer).To(Or(ContainSubstring("Connection refused"), ContainSubstring("timeout expired")), name)
		}
	}
	slices.Sort(names)
	return names
}

// within runs a script in the network of a component's pod, which has no shell itself.
func (s *scene) within(component string) func(script string) string {
	return func(script string) string {
		s.t.Helper()
		pod := s.pods(component)[0]
		container := fmt.Sprint("reach-", len(pod.Spec.EphemeralContainers))
		s.must("debug", "-n", system, pod.Name, "--image="+s.databaseImage(), "--image-pull-policy=IfNotPresent", "--profile=restricted", "-c", container, "--attach=false",
			"--", "sh", "-c", script)
		s.Eventually(func(g Gomega) {
			g.Expect(s.kube.Get(s.ctx, client.ObjectKeyFromObject(&pod), &pod)).To(Succeed())
			g.Expect(pod.Status.EphemeralContainerStatuses).To(ContainElement(And(HaveField("Name", container), HaveField("State.Terminated", Not(BeNil())))))
		}).Should(Succeed())
		return s.must("logs", "-n", system, pod.Name, "-c", container)
	}
}

// stranger starts a pod in a namespace, which need not be there, until the scenario ends.
func (s *scene) stranger(namespace string) {
	s.t.Helper()
	if s.before["namespaces//"+namespace] == "" {
		s.afterwards("delete", "namespace", namespace, "--ignore-not-found", "--timeout=2m")
	} else {
		s.afterwards("delete", "pod", "-n", namespace, "stranger", "--ignore-not-found", "--timeout=2m")
	}
	s.mustWith(fmt.Sprintf(`apiVersion: v1
kind: Namespace
metadata: {name: %[1]s}
---
apiVersion: v1
kind: Pod
metadata: {name: stranger, namespace: %[1]s}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: stranger
    image: %[2]s
    imagePullPolicy: IfNotPresent
    command: [sh, -c, read -r nothing]
    stdin: true
    securityContext: {runAsUser: 65532}
`, namespace, s.databaseImage()), "apply", "-f", "-")
	s.must("wait", "-n", namespace, "--for=condition=Ready", "pod/stranger", "--timeout=2m")
}

// from runs a script in a namespace's stranger.
func (s *scene) from(namespace string) func(script string) string {
	return func(script string) string {
		s.t.Helper()
		return s.must("exec", "-n", namespace, "stranger", "--", "sh", "-c", script)
	}
}

// databaseImage has a shell and psql, and is on the node.
func (s *scene) databaseImage() string {
	s.t.Helper()
	var database appsv1.StatefulSet
	s.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: databases, Name: "postgres"}, &database)).To(Succeed())
	return database.Spec.Template.Spec.Containers[0].Image
}
