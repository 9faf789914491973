import type { Probe } from '@prunella/core';
import { failure } from './failure.ts';
import { get, shownUrl } from './http.ts';

export interface RegistryTarget {
  kind: 'registry';
  url: string;
}

/**
 * A registry of container images by the endpoint that its specification has for this: `/v2/` answers 200, or 401 with a challenge where one has to
 * log in. Both say that it is there.
 */
export const registry: Probe<RegistryTarget> = {
  async probe({ url }, _secret, signal) {
    const address = `${url.replace(/\/+$/, '')}/v2/`;
    const shown = shownUrl(address);
    try {
      const { status, headers } = await get(address, {}, signal);
      if (status === 200 || (status === 401 && headers['www-authenticate'] !== undefined)) {
        return { kind: 'ok', says: `${shown} answered HTTP ${status}` };
      }
      const without = status === 401 ? ' without a challenge' : '';
      return {
        kind: 'failed',
        says: `${shown} answered HTTP ${status}${without}, expected 200 or 401 as a registry does`,
      };
    } catch (error) {
      return failure(error, shown, signal);
    }
  },
};
