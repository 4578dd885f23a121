# tocsin and tocsind from this source tree.
#   docker build -t tocsind .                    the consumer
#   docker build -t tocsin --target tocsin .     the producer, for CI
FROM debian:bookworm-slim AS build
WORKDIR /src
COPY deploy/packages deploy/install deploy/
RUN deploy/install build
COPY . .
RUN cmake --preset release \
 && cmake --build --preset release \
 && cmake --install build/release --prefix /opt/tocsin --strip

FROM debian:bookworm-slim AS tocsin
COPY deploy/packages deploy/install /tmp/deploy/
RUN /tmp/deploy/install publish && rm -rf /tmp/deploy /var/lib/apt/lists/*
COPY --from=build /opt/tocsin/bin/tocsin /usr/local/bin/tocsin
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/tocsin"]

FROM debian:bookworm-slim AS tocsind
LABEL org.opencontainers.image.title="tocsind" \
      org.opencontainers.image.description="Turns AI red-team findings on Kafka into alerts" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY deploy/packages deploy/install /tmp/deploy/
RUN /tmp/deploy/install consume && rm -rf /tmp/deploy /var/lib/apt/lists/*
COPY --from=build /opt/tocsin/bin/ /usr/local/bin/
COPY --from=build /opt/tocsin/share/tocsin/ /usr/local/share/tocsin/
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/tocsind"]
CMD ["--config", "/etc/tocsin/tocsind.yaml"]
