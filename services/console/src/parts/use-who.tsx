import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { sessionQuery } from '../api/answers.ts';
import { keepPerson, readPerson } from '../api/person.ts';

interface Who {
  /** Asks for the name, where nobody vouches for it; null: it is known. */
  field: ReactNode;
  /** Goes with each change; undefined: the API knows who it is. */
  by: string | undefined;
  /** Whether there is a name. */
  isKnown: boolean;
  /** Keeps what was typed for the next time. */
  keep: () => void;
}

/** Who makes a change: known to the API, or asked. */
export function useWho(): Who {
  const { data: session } = useQuery(sessionQuery);
  const [name, setName] = useState(readPerson);
  const vouched = session?.name ?? undefined;
  if (vouched !== undefined) return { field: null, by: undefined, isKnown: true, keep: () => undefined };
  return {
    field: (
      <TextInput
        label="Your name"
        description="It is recorded with the change."
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={256}
        required
      />
    ),
    by: name.trim(),
    isKnown: name.trim() !== '',
    keep: () => keepPerson(name.trim()),
  };
}

/** Whether who sits here may change things; true as long as it is not known, so that nothing flickers. */
export function useMayChange(): boolean {
  const { data: session } = useQuery(sessionQuery);
  return session === undefined || session.role === null || session.role === 'operator' || session.role === 'admin';
}
