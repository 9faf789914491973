import { useEffect, useRef } from 'react';

/** Further down than this (px) the reader is reading, and nothing may be put in above. */
const SCROLLED_PX = 120;

/**
 * Tells whether the list must not move now: the pointer is on it, or the page is scrolled. Calls `onRelease`, which has
 * to stay the same function, when neither is true any more.
 */
export function useHold(onRelease: () => void) {
  const pointerOn = useRef(false);
  const isHeld = () => pointerOn.current || window.scrollY > SCROLLED_PX;

  useEffect(() => {
    const onScroll = () => {
      if (!pointerOn.current && window.scrollY <= SCROLLED_PX) onRelease();
    };
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => window.removeEventListener('scroll', onScroll);
  }, [onRelease]);

  return {
    isHeld,
    /** For the element around the list. A touch does not hover, so it holds nothing. */
    holdProps: {
      onPointerEnter: (event: { pointerType: string }) => {
        pointerOn.current = event.pointerType === 'mouse';
      },
      onPointerLeave: () => {
        pointerOn.current = false;
        if (!isHeld()) onRelease();
      },
    },
  };
}
