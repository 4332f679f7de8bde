# `make` lists the targets. Tools are pinned in hack/tools/go.mod and come as Go
# modules; the control plane's binaries are pinned in hack/kubebin/go.mod.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
# Targets write into the same tree, and Go uses every core by itself: -j would gain
# nothing and let one generator read what another is writing.
.NOTPARALLEL:

# The toolchain that go.mod names, whatever Go the machine has.
export GOTOOLCHAIN := auto
# A go.work above the repository would refuse -modfile.
export GOWORK := off
# The version is stamped below. Go's own stamping fails where the repository belongs
# to another user, as it does in many containers.
export GOFLAGS := $(strip $(GOFLAGS) -buildvcs=false)

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/shopkeeper
export GOLANGCI_LINT_CACHE := $(CACHE)/golangci-lint

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS = -X github.com/shopkeeper-dev/shopkeeper/internal/version.Version=$(VERSION)

# More arguments for test, bench and demo.
ARGS ?=

TOOL := go tool -modfile=$(CURDIR)/hack/tools/go.mod
# An editor's run of it must not fail ours, nor ours the editor's.
LINT = $(TOOL) golangci-lint-kube-api-linter run --allow-serial-runners
# Its path, in a recipe; a failure to make one ends the recipe.
CONTROL_PLANE = KUBEBUILDER_ASSETS="$$(hack/control-plane.sh)"; export KUBEBUILDER_ASSETS

##@ Use

.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## Run everything on this machine: control plane, simulated Shopify, operator (ARGS="--once" ends by itself)
	@$(CONTROL_PLANE); exec bin/shopkeeper dev $(ARGS)

.PHONY: build
build: ## Build bin/shopkeeper
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/shopkeeper ./cmd/shopkeeper

# What the image is called, for which architecture it is, and where it goes.
IMAGE ?= localhost/shopkeeper:dev
ARCH ?= $(shell go env GOARCH)
DIST ?= $(CURDIR)/dist

.PHONY: image
image: ## Write the image to dist/shopkeeper.tar, a docker archive, without Docker
	CGO_ENABLED=0 GOOS=linux GOARCH=$(ARCH) go build -tags nodev -trimpath -ldflags '-s -w $(LDFLAGS)' -o '$(DIST)/linux-$(ARCH)/shopkeeper' ./cmd/shopkeeper
	go -C hack/image run . shopkeeper -o '$(DIST)/shopkeeper.tar' -t '$(IMAGE)' -arch $(ARCH) -version '$(VERSION)' '$(DIST)/linux-$(ARCH)/shopkeeper'

.PHONY: image-postgres
image-postgres: ## Write an image of the PostgreSQL that is installed here to dist/postgres.tar, for clusters that can pull none
	go -C hack/image run . postgres -o '$(DIST)/postgres.tar' -arch $(ARCH)

.PHONY: clean
clean: ## Remove what was built here; what was fetched stays in ~/.cache/shopkeeper
	rm -rf bin dist

##@ Test

.PHONY: test
test: ## Run the tests against a real control plane (ARGS="-run Name ./controllers/..." narrows)
	@$(CONTROL_PLANE); race=-race; \
	if [ "$$(go env CGO_ENABLED)" != 1 ]; then \
		race=; echo "test: no C compiler, so without the race detector" >&2; \
	fi; \
	go test $$race -p 2 -timeout 40m $(or $(ARGS),./...)

.PHONY: e2e
e2e: ## Go through the scenarios of test/e2e in a cluster: yours (E2E_KUBECONFIG), kind's, or hack/localcluster.sh's
	@hack/e2e.sh $(ARGS)

# Kubernetes of the same minor release as hack/kubebin, from kind's own release notes.
KIND_NODE := kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5

.PHONY: kind-up
kind-up: ## Make a cluster named shopkeeper with kind, which needs Docker, and make it kubectl's current one
	$(TOOL) kind create cluster --name shopkeeper --image $(KIND_NODE) --wait 2m

.PHONY: kind-load
kind-load: image ## Build the image and give it to the cluster that kind-up made
	$(TOOL) kind load image-archive '$(DIST)/shopkeeper.tar' --name shopkeeper

.PHONY: kind-down
kind-down: ## Remove the cluster that kind-up made
	$(TOOL) kind delete cluster --name shopkeeper

.PHONY: test-clients
test-clients: ## Hold the simulated Shopify against other people's Shopify clients
	@test/clients/run.sh

.PHONY: test-rules
test-rules: ## Test the alerts of config/monitoring with promtool
	@hack/test-rules.sh

.PHONY: bench
bench: ## Run the benchmarks once each (ARGS="-benchtime 10x" for more)
	@$(CONTROL_PLANE); go test -run '^$$' -bench . -benchtime 1x -timeout 30m ./test/bench/... $(ARGS)

##@ Change

.PHONY: generate
generate: ## Write deep copies of ./api, the typed Shopify calls, the description of the intake API and the reference
	$(TOOL) controller-gen object:headerFile=hack/boilerplate.go.txt paths=./api/...
	$(TOOL) genqlient internal/shopify/genqlient.yaml
	go run ./hack/openapi docs/openapi.yaml
	go run -tags reference ./cmd/shopkeeper docs/reference.md

.PHONY: manifests
manifests: ## Write the CRDs and the manager's role from the markers in ./api and ./controllers
	$(TOOL) controller-gen crd rbac:roleName=shopkeeper-manager paths=./api/... paths=./controllers/... \
		output:crd:artifacts:config=config/crd/bases output:rbac:artifacts:config=config/rbac

.PHONY: generate-schema
generate-schema: ## Write Shopify's schemas, topics and scopes from the pinned npm package
	hack/generate-shopify-schema.sh

.PHONY: fmt
fmt: ## Format the Go code
	$(TOOL) golangci-lint-kube-api-linter fmt

##@ Check

.PHONY: verify
verify: verify-format verify-modules verify-generated verify-manifests vet lint ## Check all that can be checked without running it

.PHONY: verify-format
verify-format: ## Check that the Go code is formatted (make fmt)
	@unformatted=$$("$$(go env GOROOT)/bin/gofmt" -l .); \
	if [ -n "$$unformatted" ]; then \
		printf 'not formatted; run `make fmt`:\n%s\n' "$$unformatted" >&2; exit 1; \
	fi

.PHONY: verify-modules
verify-modules: ## Check that every go.mod is tidy (go mod tidy)
	@for module in . hack/tools hack/kubebin hack/image hack/s3 hack/localcluster/coredns hack/localcluster/kube-router; do \
		go -C "$$module" mod tidy -diff || { echo "$$module is not tidy; run \`go -C $$module mod tidy\`" >&2; exit 1; }; \
	done

.PHONY: verify-generated
verify-generated: ## Check that every generated file is up to date
	@hack/verify-generated.sh

.PHONY: verify-manifests
verify-manifests: ## Check that every directory of config/ with a kustomization builds
	@hack/verify-manifests.sh

.PHONY: vet
vet: ## Run go vet
	go vet -tags e2e ./...
	go -C hack/image vet ./...

.PHONY: lint
lint: lint-go lint-api ## Run the linters

.PHONY: lint-go
lint-go: ## Run golangci-lint (.golangci.yml)
	$(LINT) ./...
	cd hack/image && $(LINT) ./...

.PHONY: lint-api
lint-api: ## Hold ./api against the Kubernetes API conventions (.golangci-kal.yml)
	$(LINT) --config .golangci-kal.yml ./api/...

.PHONY: vulncheck
vulncheck: ## Look for known vulnerabilities (asks vuln.go.dev, hence no part of verify)
	$(TOOL) govulncheck ./...
