import { Component, type ReactNode } from 'react';
import { ErrorMessage } from './error-message.tsx';

interface Props {
  children: ReactNode;
}

/** A page that breaks leaves the frame standing. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <ErrorMessage error={error} onRetry={() => this.setState({ error: null })} />;
  }
}
