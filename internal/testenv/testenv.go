// Package testenv gives tests a real Kubernetes API server.
package testenv

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
)

// Run starts an API server with the project's custom resources for the tests of
// one package, hands its address to use, runs the tests and stops it. It is
// called by TestMain, with the result for os.Exit.
func Run(m *testing.M, use func(*rest.Config)) int { return RunWith(m, CRDs(), use) }

// RunWith is Run with the custom resource definitions of another directory, such
// as those of a former release.
func RunWith(m *testing.M, crds string, use func(*rest.Config)) int {
	log.SetLogger(zap.New(zap.WriteTo(os.Stderr), zap.UseDevMode(false)))
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		fmt.Fprintln(os.Stderr, "These tests need etcd and kube-apiserver. Run them by `make test`, or first:\n"+
			"  export KUBEBUILDER_ASSETS=$(hack/control-plane.sh)")
		return 1
	}
	env, err := start(crds)
	if err != nil { // envtest waits five seconds for the first namespace, which no setting changes
		fmt.Fprintln(os.Stderr, "starting the API server, which is tried once more:", err)
		env, err = start(crds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "starting the API server:", err)
		return 1
	}
	use(env.Config)
	code := m.Run()
	if err := env.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stopping the API server:", err)
		return max(code, 1)
	}
	return code
}

// Patience is how long etcd and kube-apiserver may take for anything on a machine that
// has much else to do.
const Patience = 3 * time.Minute

// start starts an API server, or leaves nothing behind.
func start(crds string) (*envtest.Environment, error) {
	env := &envtest.Environment{
		CRDDirectoryPaths:        []string{crds},
		ErrorIfCRDPathMissing:    true,
		CRDInstallOptions:        envtest.CRDInstallOptions{MaxTime: Patience},
		ControlPlaneStartTimeout: Patience,
		ControlPlaneStopTimeout:  Patience,
	}
	if _, err := env.Start(); err != nil {
		return nil, errors.Join(err, env.Stop())
	}
	return env, nil
}

// CRDs returns the directory of the project's custom resource definitions.
func CRDs() string { return filepath.Join(Root(), "config", "crd", "bases") }

// Root returns the root of the repository.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}
