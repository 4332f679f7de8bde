//go:build nodev

package main

import (
	"errors"

	"k8s.io/client-go/rest"
)

// startControlPlane says where there is one. The image is built without: envtest makes
// directories before main runs, and ends a process that cannot, as in a pod.
func startControlPlane() (cluster *rest.Config, kubeconfig string, stop func() error, err error) {
	return nil, "", nil, errors.New("this build brings no control plane: run `make demo` in a checkout of the repository")
}
