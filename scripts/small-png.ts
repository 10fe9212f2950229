import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const maxColors = 20;

/**
 * A screenshot (PNG, 8 bits a channel, not interlaced) with at most 20 colours: a palette makes it several times smaller
 * (PNG specification, sections 9 and 11).
 */
export function smallPng(png: Buffer): Buffer {
  const { width, height, channels, pixels } = decode(png);
  const colors = new Map<number, number>();
  const coarse = new Uint32Array(width * height);
  for (let index = 0; index < coarse.length; index++) {
    const at = index * channels;
    const color =
      (((pixels[at] ?? 0) & 0xf8) << 16) | (((pixels[at + 1] ?? 0) & 0xf8) << 8) | ((pixels[at + 2] ?? 0) & 0xf8);
    coarse[index] = color;
    colors.set(color, (colors.get(color) ?? 0) + 1);
  }
  const palette = [...colors]
    .sort((a, b) => weight(b) - weight(a))
    .slice(0, maxColors)
    .map(([color]) => color);
  const nearest = new Map([...colors.keys()].map((color) => [color, nearestIndex(palette, color)]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = nearest.get(coarse[y * width + x] ?? 0) ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  // Full white was rounded down with the other colours; it is the page's ground.
  const table = Buffer.from(palette.flatMap((color) => [16, 8, 0].map((shift) => widen((color >> shift) & 0xff))));
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** How much a colour counts: vivid ones are few, but they are the signs. */
function weight([color, count]: readonly [number, number]): number {
  const channels = [16, 8, 0].map((shift) => (color >> shift) & 0xff);
  return count * (1 + (Math.max(...channels) - Math.min(...channels)) / 4);
}

function widen(channel: number): number {
  return channel | (channel >> 5);
}

function nearestIndex(palette: readonly number[], color: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, one] of palette.entries()) {
    const distance = [16, 8, 0].reduce(
      (sum, shift) => sum + (((one >> shift) & 0xff) - ((color >> shift) & 0xff)) ** 2,
      0,
    );
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function decode(png: Buffer): { width: number; height: number; channels: number; pixels: Buffer } {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const [width, height, channels] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3];
  const filtered = inflateSync(Buffer.concat(data));
  const stride = width * channels;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : (pixels[y * stride + x - channels] ?? 0);
      const up = y === 0 ? 0 : (pixels[(y - 1) * stride + x] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (pixels[(y - 1) * stride + x - channels] ?? 0);
      const raw = filtered[y * (stride + 1) + 1 + x] ?? 0;
      pixels[y * stride + x] = raw + predicted(filter, left, up, corner);
    }
  }
  return { width, height, channels, pixels };
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
