# The image of Allonge: one program, `allonge`, that is the node and the command line.
#
#   docker build -t allonge:local .
#
# builds it from source. With a program that was built outside (on Debian 12 or older, or linked to a C library no newer
# than its 2.36), no Rust image is needed:
#
#   docker build -t allonge:local --target prebuilt --build-arg BINARY=target/release/allonge .
#
# Nothing here needs BuildKit; the order of the stages lets the older builder leave out what `prebuilt` does not use.
ARG RUNTIME_IMAGE=debian:bookworm-slim
ARG RUST_IMAGE=rust:1-bookworm

FROM ${RUNTIME_IMAGE} AS runtime
LABEL org.opencontainers.image.title="Allonge" \
      org.opencontainers.image.description="A permissioned blockchain for digital bills: node and command line" \
      org.opencontainers.image.licenses="Apache-2.0"
# The number is fixed, so that volumes keep their owner from one image to the next.
RUN groupadd --system --gid 10001 allonge \
 && useradd --system --uid 10001 --gid allonge --no-log-init --home-dir /var/lib/allonge --shell /usr/sbin/nologin allonge \
 && install --directory --owner allonge --group allonge --mode 0700 /var/lib/allonge
# A node's folder: genesis.json, config.toml, node_key, validator_key; the node adds store/ and wal/.
ENV ALLONGE_HOME=/var/lib/allonge
WORKDIR /var/lib/allonge
USER allonge:allonge
# API, consensus, transaction gossip.
EXPOSE 8080 26656 26657
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=15s --start-period=60s --retries=4 CMD ["allonge", "node", "health", "--timeout", "10s"]
ENTRYPOINT ["allonge"]
CMD ["node", "run"]

FROM runtime AS prebuilt
ARG BINARY=target/release/allonge
COPY --chown=0:0 ${BINARY} /usr/local/bin/allonge

FROM ${RUST_IMAGE} AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package allonge-cli --bin allonge \
 && install -D --strip target/release/allonge /out/allonge

FROM runtime AS allonge
COPY --from=build --chown=0:0 /out/allonge /usr/local/bin/allonge
