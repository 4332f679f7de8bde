package config_test

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// backend is a port of a Service, by name or number, and what is spoken there.
type backend struct {
	service, name, protocol string
	number                  int32
}

// served are the ports of an overlay's Services.
func served(t *testing.T, overlay string) []backend {
	t.Helper()
	var all []backend
	for _, object := range ofKind(render(t, overlay), "Service") {
		var service corev1.Service
		convert(t, object, &service)
		for _, port := range service.Spec.Ports {
			all = append(all, backend{service: service.Name, name: port.Name, protocol: *port.AppProtocol, number: port.Port})
		}
	}
	return all
}

func convert(t *testing.T, object *unstructured.Unstructured, into any) {
	t.Helper()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, into); err != nil {
		t.Fatal(err)
	}
}

// byIngress are the ports that the Ingresses of a sample lead to.
func byIngress(t *testing.T, objects []*unstructured.Unstructured) []backend {
	t.Helper()
	var all []backend
	for _, object := range ofKind(objects, "Ingress") {
		var ingress networkingv1.Ingress
		convert(t, object, &ingress)
		protocol := "http"
		if ingress.Annotations["nginx.ingress.kubernetes.io/backend-protocol"] == "HTTPS" {
			protocol = "https"
		}
		service := ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service
		all = append(all, backend{service: service.Name, name: service.Port.Name, protocol: protocol})
	}
	return all
}

// routed is what is read here of HTTPRoutes and BackendTLSPolicies.
type routed struct {
	Spec struct {
		TargetRefs []struct {
			Name string `json:"name"`
		} `json:"targetRefs"`
		Rules []struct {
			BackendRefs []struct {
				Name string `json:"name"`
				Port int32  `json:"port"`
			} `json:"backendRefs"`
		} `json:"rules"`
	} `json:"spec"`
}

// byGateway are the ports that the HTTPRoutes of a sample lead to.
func byGateway(t *testing.T, objects []*unstructured.Unstructured) []backend {
	t.Helper()
	secured := map[string]bool{}
	for _, object := range ofKind(objects, "BackendTLSPolicy") {
		var policy routed
		convert(t, object, &policy)
		secured[policy.Spec.TargetRefs[0].Name] = true
	}
	var all []backend
	for _, object := range ofKind(objects, "HTTPRoute") {
		var route routed
		convert(t, object, &route)
		for _, to := range route.Spec.Rules[0].BackendRefs {
			protocol := "http"
			if secured[to.Name] {
				protocol = "https"
			}
			all = append(all, backend{service: to.Name, protocol: protocol, number: to.Port})
		}
	}
	return all
}

func TestTheSampleAddressesLeadToTheServices(t *testing.T) {
	for sample, row := range map[string]struct {
		lines string
		leads func(*testing.T, []*unstructured.Unstructured) []backend
	}{
		"samples/ingress":     {"", byIngress},
		"samples/ingress-tls": {"components: [CONFIG/components/tls]\n", byIngress},
		"samples/gateway":     {"", byGateway},
		"samples/gateway-tls": {"components: [CONFIG/components/tls]\n", byGateway},
	} {
		t.Run(sample, func(t *testing.T) {
			g := NewWithT(t)
			have := served(t, onProduction(t, row.lines))
			leads := row.leads(t, render(t, sample))
			g.Expect(leads).To(HaveLen(2), "relay and console")
			for _, to := range leads {
				g.Expect(have).To(ContainElement(Satisfy(func(b backend) bool {
					return b.service == to.service && b.protocol == to.protocol && (b.name == to.name || b.number == to.number)
				})), "%+v", to)
			}
		})
	}
}
