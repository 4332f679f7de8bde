# The operator's image: one static binary, which holds roots of trust and time zones,
# and nothing else. `make image` makes the same without Docker.
FROM --platform=$BUILDPLATFORM golang:1.27.4 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown TARGETOS=linux TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -tags nodev -trimpath -buildvcs=false \
    -ldflags "-s -w -X github.com/shopkeeper-dev/shopkeeper/internal/version.Version=$VERSION" \
    -o /shopkeeper ./cmd/shopkeeper

FROM scratch
ARG VERSION=unknown
LABEL org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/shopkeeper-dev/shopkeeper" \
      org.opencontainers.image.title="Shopkeeper" \
      org.opencontainers.image.version="$VERSION"
COPY --from=build /shopkeeper /shopkeeper
WORKDIR /
USER 65532:65532
ENTRYPOINT ["/shopkeeper"]
