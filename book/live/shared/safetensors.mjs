/** Reads `.safetensors`: eight bytes of header length, a JSON header, then raw little-endian numbers. */

/** The number that sixteen bits of IEEE 754 half precision stand for. */
export function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const READERS = {
  F64: [8, (view, at) => view.getFloat64(at, true)],
  F32: [4, (view, at) => view.getFloat32(at, true)],
  F16: [2, (view, at) => half(view.getUint16(at, true))],
  I64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  U8: [1, (view, at) => view.getUint8(at)],
};

/** Tensors as `{name: {shape, data}}` with `data` a Float64Array in row-major order, and the header's metadata. */
export function readSafetensors(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes.buffer, bytes.byteOffset + 8, length)));
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    if (!(dtype in READERS)) throw new Error(`tensor ${name} has dtype ${dtype}, expected ${Object.keys(READERS)}`);
    const [size, read] = READERS[dtype];
    const start = 8 + length + offsets[0];
    const count = (offsets[1] - offsets[0]) / size;
    tensors[name] = { shape, data: Float64Array.from({ length: count }, (_, i) => read(view, start + i * size)) };
  }
  return { tensors, metadata };
}
