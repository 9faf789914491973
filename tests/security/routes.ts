import type { RunningService } from '@prunella/service-kit';

/** What Express keeps of a route. */
interface Layer {
  route?: { path: string | string[]; methods: Record<string, boolean> };
}

/** Every route that a running service answers, as `METHOD /path`; a route that is made in another way than by a controller is among them. */
export function routesOf({ app }: RunningService): string[] {
  const { router } = app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
  return router.stack.flatMap(({ route }) => {
    if (route === undefined) return [];
    const methods = Object.keys(route.methods).filter((method) => route.methods[method]);
    return [route.path].flat().flatMap((path) => methods.map((method) => `${method.toUpperCase()} ${path}`));
  });
}
