import type { RunningService } from '@prunella/service-kit';

/** What Express keeps of a route. */
interface Layer {
  route?: { path: string | string[]; methods: Record<string, boolean> };
}

/** Every route that a running service answers, as `METHOD /path`, however it was made. What is mounted by `app.use` (the console's files, openapi.json) is no route. */
export function routesOf({ app }: RunningService): string[] {
  const { router } = app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
  return router.stack.flatMap(({ route }) => {
    if (route === undefined) return [];
    const methods = Object.keys(route.methods).filter((method) => route.methods[method]);
    return [route.path].flat().flatMap((path) => methods.map((method) => `${method.toUpperCase()} ${path}`));
  });
}
