# syntax=docker/dockerfile:1

# Closegraph in an image with one static binary and nothing else: no shell, no libc, no package manager.
#
#   docker build --build-arg VERSION="$(git describe --tags --always --dirty)" -t closegraph .
#
# In a container the server has to listen on every address, and there it refuses to start until it is told who may call:
#
#   # demo data, for this machine only (mind the 127.0.0.1: without it Docker publishes the port to the network)
#   docker run --rm -p 127.0.0.1:8080:8080 -e ALLOW_ANONYMOUS=true closegraph
#
#   # every caller brings its own Close credential; nothing to guess, so this may face a network (behind TLS)
#   docker run --rm -p 8080:8080 -e PASSTHROUGH=true closegraph
#
#   # one account's key for callers with an access token or a JWT (behind TLS); the README has the other settings
#   docker run --rm -p 8080:8080 -e CLOSE_API_KEY -e ACCESS_TOKENS_FILE=/tokens -v ./tokens:/tokens:ro closegraph
#
#   # one account's key for every caller: only behind a proxy that knows its callers, or on a network of your own;
#   # "-e CLOSE_API_KEY" without a value takes it from your environment and keeps it out of the shell's history
#   docker run --rm -p 127.0.0.1:8080:8080 -e CLOSE_API_KEY -e ALLOW_ANONYMOUS=true closegraph
#
# It needs no files, no capabilities and no root: add --read-only --cap-drop=ALL --security-opt=no-new-privileges.
# Running requests get SHUTDOWN_TIMEOUT (20s) to end, so stop it with "docker stop --time 25".

# What is built on has a version, and to the byte the digest that "make docker" looks up: it builds on
# golang:1.26.8@sha256:... and leaves that name in the label org.opencontainers.image.base.name, so that the same can be built
# again with --build-arg GO_IMAGE=<that name>. Nothing of the image is in the result but its certificates.
ARG GO_IMAGE=golang:1.26.8
FROM --platform=$BUILDPLATFORM $GO_IMAGE AS build
WORKDIR /src

# The modules change seldom, so they are a layer of their own.
COPY go.mod go.sum ./
RUN go mod download && go mod verify

COPY . .
ARG VERSION=unknown
ARG TARGETOS
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/closegraph .

FROM scratch
ARG VERSION=unknown
ARG GO_IMAGE
LABEL org.opencontainers.image.title="Closegraph" \
      org.opencontainers.image.description="The Close CRM as GraphQL" \
      org.opencontainers.image.source="https://github.com/closegraph/closegraph" \
      org.opencontainers.image.documentation="https://github.com/closegraph/closegraph#readme" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.base.name="$GO_IMAGE"
# Close is reached over TLS; these say whom to trust.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/closegraph /closegraph
ENV LISTEN_ADDR=0.0.0.0:8080
EXPOSE 8080
USER 65532:65532
# There is no shell to run curl in, so the binary asks its own /healthz, at LISTEN_ADDR.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ["/closegraph", "--health-check"]
ENTRYPOINT ["/closegraph"]
