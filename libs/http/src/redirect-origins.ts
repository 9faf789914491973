import { ConfigError } from '@prunella/core';

/**
 * PRUNELLA_REDIRECT_ORIGINS: origins at private addresses to which an answer may send us, separated by commas.
 *
 * @throws ConfigError for what is no origin.
 */
export function redirectOrigins({
  PRUNELLA_REDIRECT_ORIGINS: text = '',
}: {
  PRUNELLA_REDIRECT_ORIGINS?: string | undefined;
}): string[] {
  return text
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '')
    .map((origin) => {
      const url = URL.parse(origin);
      if (url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
      throw new ConfigError(
        `PRUNELLA_REDIRECT_ORIGINS: expected origins such as https://minio.internal:9000, separated by commas, found ${origin.slice(0, 100)}`,
      );
    });
}
