import { canonicalText } from '../deep-equal.ts';
import type { ClusterInfo } from '../types.ts';

/**
 * 64-bit FNV-1a (draft-eastlake-fnv) of the documents and of what is known of the cluster, as 16 hex digits. It tells
 * sets apart; it protects nothing.
 */
export function fingerprintOf(documents: readonly unknown[], cluster: ClusterInfo): string {
  const text = [canonicalText(cluster), ...documents.map(canonicalText).sort()].join('\n');
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let i = 0; i < text.length; i++) {
    low ^= text.charCodeAt(i);
    // Multiply by 2^40 + 0x1b3, in halves of 32 bits.
    const carry = Math.imul(low >>> 16, 0x1b3) + ((Math.imul(low & 0xffff, 0x1b3) >>> 16) >>> 0);
    high = (Math.imul(high, 0x1b3) + (low << 8) + (carry >>> 16)) | 0;
    low = Math.imul(low, 0x1b3);
  }
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
