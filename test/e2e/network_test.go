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

// ingress is the namespace of the ingress controller that the policies name.
const ingress = "ingress-nginx"

// targets are what somebody may try to reach: a name, and a port.
var targets = map[string]string{
	"relay":      "shopkeeper-relay.shopkeeper-system.svc 443",
	"console":    "shopkeeper-console.shopkeeper-system.svc 443",
	"ledger":     "postgres.shopkeeper-ledger.svc 5432",
	"API server": "kubernetes.default.svc 443",
}

// network holds what reaches what against the policies. Where nothing enforces them,
// everything is reached, and it fails.
func network(s *scene) {
	s.stranger(ours)
	s.stranger(ingress)
	reached := map[string]bool{}
	for _, from := range []struct {
		reason, name string
		ask          func(script string) string
		may          []string
	}{
		{"it takes in what the world sends", "the relay", s.within("relay"), []string{"ledger"}},
		{"it asks who may do what", "the console", s.within("console"), []string{"API server", "ledger"}},
		{"it asks the relay as Shopify does", "the manager", s.within("manager"), []string{"API server", "ledger", "relay"}},
		{"it brings in what comes from outside", "the ingress controller", s.from(ingress), []string{"API server", "console", "relay"}},
		{"it has no business here", "any other pod", s.from(ours), []string{"API server"}},
	} {
		var got []string
		s.Eventually(func() []string { // a policy takes a moment to know a pod that is new
			got = s.reach(from.ask)
			for _, target := range got {
				s.Expect(from.may).To(ContainElement(target), "%s: %s. Does the cluster's network plugin enforce policies?", from.name, from.reason)
			}
			return got
		}, patience, time.Second).Should(Equal(from.may), "%s: %s", from.name, from.reason)
		s.t.Logf("%s reaches %s, and nothing else", from.name, strings.Join(got, ", "))
		for _, target := range got {
			reached[target] = true
		}
	}
	s.Expect(reached).To(HaveLen(len(targets)), "who reaches a target shows that it was there for those who do not")
}

// reach tries every target, and names those that answered.
func (s *scene) reach(ask func(script string) string) (names []string) {
	s.t.Helper()
	var script strings.Builder
	for name, target := range targets {
		host, port, _ := strings.Cut(target, " ")
		// A database's client says how far it came, whatever it is that answers.
		fmt.Fprintf(&script, "echo '== %s'; psql 'host=%s port=%s user=nobody dbname=none connect_timeout=5 sslmode=require' -c '' 2>&1; ", name, host, port)
	}
	for said := range strings.SplitSeq(ask(script.String()+"echo '== end'"), "== ") {
		name, answer, _ := strings.Cut(said, "\n")
		if targets[name] == "" {
			continue
		}
		switch {
		case strings.Contains(answer, "closed the connection"), strings.Contains(answer, "does not support SSL"), strings.Contains(answer, "invalid response"):
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
