# One image for servers, agents and the command line: `docker build -t kiroku .`
FROM node:24-slim AS build
WORKDIR /opt/kiroku
COPY package.json package-lock.json ./
# SQLite comes compiled, and no package needs its script.
RUN npm ci --ignore-scripts
COPY . .
# Types are checked where the tests are, which are not in here; what only building needs stays behind.
RUN node scripts/compile.mjs && npm prune --omit=dev

FROM node:24-slim
ENV NODE_ENV=production PATH=/opt/kiroku/bin:$PATH KIROKU_DATA=/var/lib/kiroku
WORKDIR /opt/kiroku
COPY --from=build /opt/kiroku/package.json ./
COPY --from=build /opt/kiroku/bin bin
COPY --from=build /opt/kiroku/dist dist
COPY --from=build /opt/kiroku/node_modules node_modules
RUN install -d -o node -g node -m 700 /var/lib/kiroku
USER node
EXPOSE 7420
# Run it with an init process (`docker run --init`, `init: true`): jobs leave children behind that somebody has to bury.
ENTRYPOINT ["kiroku"]
