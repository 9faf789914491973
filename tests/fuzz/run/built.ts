// Loaded before everything else: what stands in `libs/*/src` and `services/*/src` is taken from their builds, as the services run it. So decorators are compiled, and there is one
// class of each error. The console is built in another way, and needs nothing that Node can't leave out itself.
import { registerHooks } from 'node:module';

const SOURCE = /\/((?:libs|services)\/(?!console\/)[^/]+)\/src\/(.+)\.ts$/;

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('.')) return next(specifier, context);
    const { pathname } = new URL(specifier, context.parentURL);
    return SOURCE.test(pathname)
      ? next(new URL(pathname.replace(SOURCE, '/$1/dist/$2.js'), context.parentURL).href, context)
      : next(specifier, context);
  },
});
