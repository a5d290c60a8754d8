# `make` alone lists what there is to do.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

.DEFAULT_GOAL := help
.PHONY: help generate test race golden lint fuzz bench browser redis run docker ci

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

browser: ## test the playground in a real Chromium; SCREENSHOTS=dir keeps pictures
	$(GO) test -tags browser ./internal/gateway/...

redis: ## test what replicas share on real Redis servers (apt-get install redis-server)
	$(GO) test -tags redis . ./internal/redis/... ./internal/gateway

run: ## serve demo data, or the account of CLOSE_API_KEY, with a playground
	$(GO) run .

docker: ## build the image
	docker build --build-arg VERSION=$(VERSION) -t closegraph .

ci: ## do all that CI does, Debian packages included
	.ci/run
