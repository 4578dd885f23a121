# tocsin and tocsind from this source tree.
#   docker build -t tocsind .                    the consumer, on Debian slim
#   docker build -t tocsin --target tocsin .     the producer alone: one static file, for COPY --from
# The same source gives the same files where the base image is the same: pin it by its digest with
# --build-arg DEBIAN=debian:bookworm-slim@sha256:...
ARG DEBIAN=debian:bookworm-slim

FROM ${DEBIAN} AS build
ARG SOURCE_DATE_EPOCH=0
ENV SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH}
WORKDIR /src
COPY deploy/packages deploy/install deploy/
RUN deploy/install build static
COPY . .
RUN cmake --preset release \
 && cmake --build --preset release \
 && cmake --install build/release --prefix /opt/tocsin --strip \
 && cmake --preset static \
 && cmake --build --preset static \
 && deploy/image/sbom build static >/opt/tocsin.spdx.json \
 && deploy/image/sbom consume >/opt/tocsind.spdx.json

FROM scratch AS tocsin
LABEL org.opencontainers.image.title="tocsin" \
      org.opencontainers.image.description="Publishes AI red-team findings from CI to Kafka" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /src/build/static/bin/tocsin /tocsin
COPY --from=build /opt/tocsin.spdx.json /tocsin.spdx.json
USER 65532:65532
ENTRYPOINT ["/tocsin"]

FROM ${DEBIAN} AS tocsind
LABEL org.opencontainers.image.title="tocsind" \
      org.opencontainers.image.description="Turns AI red-team findings on Kafka into alerts" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY deploy/packages deploy/install /tmp/deploy/
RUN /tmp/deploy/install consume && rm -rf /tmp/deploy /var/lib/apt/lists/* /var/log/*
COPY --from=build /opt/tocsin/bin/ /usr/local/bin/
COPY --from=build /opt/tocsin/share/ /usr/local/share/
COPY --from=build /opt/tocsind.spdx.json /usr/local/share/doc/tocsind.spdx.json
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/tocsind"]
CMD ["--config", "/etc/tocsin/tocsind.yaml"]
