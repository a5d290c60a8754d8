# `make` alone lists what there is to do.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
GO_IMAGE ?= $(shell sed -n 's/^ARG GO_IMAGE=//p' Dockerfile)

.DEFAULT_GOAL := help
.PHONY: help generate test race golden lint fuzz bench load browser run docker release ci

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

generate: ## write the generated code anew from the schema files
	$(GO) generate ./...

test: ## run the tests
	$(GO) test ./...

race: ## run the tests with the race detector, as CI does
	$(GO) test -race ./...

golden: ## rewrite the golden requests; review the difference
	$(GO) test ./internal/gateway -run TestGolden -update

lint: ## run the pinned golangci-lint
	.ci/run lint

fuzz: ## fuzz each target for a while: make fuzz FUZZTIME=1m
	.ci/run fuzz

bench: ## run the benchmarks: make bench | tee new.txt; benchstat old.txt new.txt
	$(GO) test -run '^$$' -bench . -benchmem -count 6 ./...

load: ## measure the built binary beside its floors, in less than five minutes; see docs/benchmarks.md
	$(GO) -C bench run .

browser: ## test the playground in a real Chromium; SCREENSHOTS=dir keeps pictures
	$(GO) test -tags browser ./internal/gateway/...

run: ## serve demo data, or the account of CLOSE_API_KEY, with a playground
	$(GO) run .

docker: ## build the image, on the Go image as it is now, whose digest is then among the labels
	digest=$$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' $(GO_IMAGE)) && \
	docker build --build-arg VERSION=$(VERSION) --build-arg GO_IMAGE=$(GO_IMAGE)@$$digest -t closegraph .

release: ## build what is published into dist/: binaries, their bills of materials (CycloneDX), sums
	VULNDB=required RELEASE=dist VERSION=$(VERSION) PLATFORMS="linux/amd64 linux/arm64" .ci/run vulnerabilities release

ci: ## do all that CI does, Debian packages included
	.ci/run
