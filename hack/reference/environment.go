package reference

import "strings"

// Variable is an environment variable that a process reads, or a library in it.
type Variable struct{ Name, Readers, Meaning string }

// Environment is all of them. A test holds it against the code, and against what the
// manifests set.
var Environment = []Variable{
	{"SHOPKEEPER_LEDGER_URL", "manager, relay, console, migrate, and all that read the ledger", "the ledger, where `--ledger-url` is not given: a URL on the command line would show its password to every user of the machine"},
	{"KUBECONFIG", "manager, console", "the cluster to work with, outside of one"},
	{"GOMEMLIMIT", "all", "how much memory Go tries to stay within; the manifests give 95% of the container's limit"},
	{"HTTPS_PROXY, NO_PROXY", "manager, console", "the proxy to Shopify, the relay and buckets, and who is asked without it"},
	{"SSL_CERT_FILE, SSL_CERT_DIR", "manager, relay, console, migrate", "roots to trust in place of those of the system, or of the image, which has Mozilla's built in"},
	{"AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION", "manager, console", "who one is to a bucket `s3://`, where the pod's identity does not say; [all that there are](https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html)"},
	{"GOOGLE_APPLICATION_CREDENTIALS", "manager, console", "the same for `gs://`"},
	{"AZURE_STORAGE_ACCOUNT, AZURE_STORAGE_KEY", "manager, console", "the same for `azblob://`"},
	{"KUBEBUILDER_ASSETS", "dev", "directory of kube-apiserver, etcd and kubectl; `make demo` sets it"},
	{"XDG_CACHE_HOME", "dev", "where the demo keeps its kubeconfig; `~/.cache` by default"},
}

func writeEnvironment(b *strings.Builder) {
	section(b, 2, "Environment variables", "")
	var rows [][]string
	for _, v := range Environment {
		rows = append(rows, []string{code(strings.ReplaceAll(v.Name, ", ", "`, `")), v.Readers, v.Meaning})
	}
	table(b, []string{"variable", "read by", "meaning"}, rows)
}
