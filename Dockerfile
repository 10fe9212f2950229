# podmedic's image: Node and three bundled files.
#
#   docker build -t podmedic .
#   podman build --format docker -t podmedic .     the OCI format has no HEALTHCHECK
#
# Behind a mirror or a proxy with its own certificates, hand npm's settings in as build secrets; they stay out of the image:
#   docker build --secret id=npmrc,src=$HOME/.npmrc --secret id=ca,src=/etc/ssl/certs/ca-certificates.crt -t podmedic .
# Bit by bit the same image: --build-arg SOURCE_DATE_EPOCH=… with BuildKit's rewrite-timestamp=true, or podman's --timestamp.
ARG BASE=docker.io/library/node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
# Without install scripts: the bundler needs none, and the base brings its own Node.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=false \
    --mount=type=secret,id=ca,target=/run/ca.crt,required=false \
    if [ -s /run/ca.crt ]; then export NODE_EXTRA_CA_CERTS=/run/ca.crt; fi; \
    npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier
COPY LICENSE tsconfig.json ./
COPY scripts/build.ts scripts/
COPY src/ src/
ARG SOURCE_DATE_EPOCH=0
# The outbox is for everyone, because the user may be any (OpenShift, docker run --user).
RUN npm run --silent build \
 && install -D -m 0444 -t /out/opt/podmedic dist/*.mjs \
 && chmod 0555 /out/opt/podmedic/podmedic.mjs \
 && install -D -m 0444 LICENSE /out/opt/podmedic/LICENSE \
 && mkdir -p /out/usr/local/bin \
 && ln -s /opt/podmedic/podmedic.mjs /out/usr/local/bin/podmedic \
 && install -d -m 1777 /out/var/lib/podmedic/outbox \
 && find /out -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="podmedic" \
      org.opencontainers.image.description="Watches Kubernetes pods, finds the root cause of failures, and tells Slack once" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://github.com/podmedic/podmedic" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /out/ /
# The heap may take 60 % of the container's memory limit (of the machine's memory where there is none). Without this, a
# small container meets the kernel's OOM killer before the garbage collector works hard; the rest is for buffers and code.
# Little room for young objects, and one malloc arena: what arenas of Node's threads have grown to is not given back.
# HOME: a user without an entry in /etc/passwd has none.
ENV NODE_ENV=production \
    NODE_OPTIONS="--max-old-space-size-percentage=60 --max-semi-space-size=2" \
    MALLOC_ARENA_MAX=1 \
    HOME=/tmp
WORKDIR /tmp
# A number, so that Kubernetes can see that it is not root; above 10000, so that it is no user of the host.
USER 65532:65532
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/podmedic/podmedic.mjs"]
CMD ["run"]
