/** Starts the service of this image; what is written behind the image's name goes to it. */

// The first process of a container is deaf to signals that it does not listen to. Who listens decides; while nobody does, they end it.
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
]) {
  process.on(signal, () => process.listenerCount(signal) === 1 && process.exit(128 + number));
}

await import(`./services/${process.env.PRUNELLA_SERVICE}/dist/bundle/main.js`);
