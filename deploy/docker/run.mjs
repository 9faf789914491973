/** Starts the service of this image. */
await import(`./services/${process.env.PRUNELLA_SERVICE}/dist/main.js`);
