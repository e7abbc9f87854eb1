# A plugin or the host as an image; docs/deploying.md says how to run it. In the root of the repository:
#   docker build -t todo .
#   docker build -t host --build-arg APP=packages/host .
FROM --platform=$BUILDPLATFORM node:24-slim AS build
ARG APP=plugins/todo
WORKDIR /source
ENV CI=true pnpm_config_verify_deps_before_run=false
# For a registry of your own: docker build --secret id=npmrc,src=$HOME/.npmrc
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm install --global --ignore-scripts pnpm@12.21.0
COPY . .
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.local/share/pnpm \
    pnpm install --frozen-lockfile --filter "{$APP}..."
RUN node packages/packing/bin/standalone.ts "$APP" /image/app && install --directory --mode=700 /volumes/data

# Nothing runs in this stage, so that an image for another processor needs no emulation.
FROM debian:trixie-slim
ARG APP=plugins/todo
ARG VERSION=""
ARG REVISION=""
LABEL org.opencontainers.image.title=$APP \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.licenses=MIT
COPY --from=node:24-slim /usr/local/bin/node /usr/local/bin/
COPY --from=build --chown=1000:1000 /volumes/ /
COPY --from=build /image/ /
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATABASE_URL=file:/data/data.sqlite
# SQLite writes temporary files when it changes large tables. The file system may have no other place for them.
ENV SQLITE_TMPDIR=/data
WORKDIR /app/$APP
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node.js is process 1, and gets SIGTERM itself.
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "src/main.ts"]
