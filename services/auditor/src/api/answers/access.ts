import { roles } from '@prunella/service-kit';
import { z } from 'zod';

export const CurrentSession = z.strictObject({
  name: z.string().nullable().describe('Recorded with what you change. null: say it with each change.'),
  role: z.enum(roles).nullable().describe('null: not let in.'),
  by: z
    .enum(['open', 'shared', 'token', 'session'])
    .nullable()
    .describe('How you are known. open: nobody is asked; shared: PRUNELLA_API_TOKEN. null: you are not.'),
  singleSignOn: z.boolean().describe('Whether people can sign in, at /auth/sign-in.'),
});
export type CurrentSession = z.infer<typeof CurrentSession>;

export const ApiToken = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  expiresAt: z.iso.datetime().nullable().describe('null: it does not expire.'),
  lastUsedAt: z.iso.datetime().nullable().describe('To the hour; null: never, as far as is known.'),
});
export type ApiToken = z.infer<typeof ApiToken>;

export const NewApiToken = ApiToken.extend({
  token: z.string().describe('It is shown once, and not kept.'),
});
export type NewApiToken = z.infer<typeof NewApiToken>;

export const ApiTokenList = z.strictObject({ items: z.array(ApiToken), nextCursor: z.null() });
export type ApiTokenList = z.infer<typeof ApiTokenList>;

export const ChangeList = z.strictObject({
  items: z.array(
    z.strictObject({
      id: z.string(),
      at: z.iso.datetime(),
      who: z.string().describe('Empty: nobody said.'),
      role: z.enum(roles),
      via: z.enum(['open', 'shared', 'token', 'session']).describe('open, shared: who it was is only what they said.'),
      what: z.string().describe('Method and path.'),
      reason: z.string(),
      request: z.string().describe('JSON of what was sent, cut, without secrets.'),
      status: z.int().nullable().describe('Of the answer; null: the auditor was ended in the middle of it.'),
    }),
  ),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type ChangeList = z.infer<typeof ChangeList>;
