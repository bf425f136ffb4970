using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The kernels of element type conversion.</summary>
/// <remarks>
/// Integers wrap; floats are truncated to integers and those out of range, NaN included, give what x86 instructions give, as in ONNX Runtime.
/// bool is 0 or 1, and any number but 0 is true. Texts of floats have the 8 digits of a float, the 17 of a double at most.
/// To and from bfloat16 it goes by way of float, rounded to the nearest, to even where two are.
/// </remarks>
internal static class Conversion
{
    private const int WideBlock = 256;

    public static Kernel Make(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        return x.Type == y.Type ? Views.Copy(spec) : x.Type switch
        {
            DType.Float or DType.BFloat16 => From<float>(spec, x, y),
            DType.Double => From<double>(spec, x, y),
            DType.Float16 => From<Half>(spec, x, y),
            DType.Int64 => From<long>(spec, x, y),
            DType.Int32 => From<int>(spec, x, y),
            DType.UInt64 => From<ulong>(spec, x, y),
            DType.UInt32 => From<uint>(spec, x, y),
            DType.Int16 => From<short>(spec, x, y),
            DType.UInt16 => From<ushort>(spec, x, y),
            DType.Int8 => From<sbyte>(spec, x, y),
            DType.UInt8 or DType.Bool => From<byte>(spec, x, y),
            DType.String => FromString(spec, x, y),
            _ => throw spec.Unsupported(0),
        };
    }

    private static Kernel From<TX>(KernelSpec spec, Slot x, Slot y)
        where TX : unmanaged, INumber<TX>
    {
        return y.Type switch
        {
            DType.Float => To<TX, float>(x, y),
            DType.Float16 => To<TX, Half>(x, y),
            DType.BFloat16 => Each<TX, ushort>(x, y, static (a, b) =>
            {
                for (int i = 0; i < a.Length; i++)
                {
                    b[i] = Narrow(float.CreateTruncating(a[i]));
                }
            }),
            DType.Double => To<TX, double>(x, y),
            DType.Int64 => To<TX, long>(x, y),
            DType.Int32 => To<TX, int>(x, y),
            DType.UInt64 => To<TX, ulong>(x, y),
            DType.UInt32 => To<TX, uint>(x, y),
            DType.Int16 => To<TX, short>(x, y),
            DType.UInt16 => To<TX, ushort>(x, y),
            DType.Int8 => To<TX, sbyte>(x, y),
            DType.UInt8 => To<TX, byte>(x, y),
            DType.Bool => Each<TX, bool>(x, y, static (a, b) =>
            {
                for (int i = 0; i < a.Length; i++)
                {
                    b[i] = a[i] != TX.Zero;
                }
            }),
            DType.String => ToStrings<TX>(x, y),
            _ => throw spec.Unsupported(0),
        };
    }

    private static Kernel To<TX, TY>(Slot x, Slot y)
        where TX : unmanaged, INumber<TX>
        where TY : unmanaged, INumber<TY>
    {
        bool fromFloat = typeof(TX) == typeof(float) || typeof(TX) == typeof(double) || typeof(TX) == typeof(Half);
        bool toFloat = typeof(TY) == typeof(float) || typeof(TY) == typeof(double) || typeof(TY) == typeof(Half);
        return fromFloat && !toFloat
            ? Each<TX, TY>(x, y, static (a, b) =>
            {
                for (int i = 0; i < a.Length; i++)
                {
                    b[i] = Truncate<TY>(double.CreateTruncating(a[i]));
                }
            })
            : Each<TX, TY>(x, y, TensorPrimitives.ConvertTruncating);
    }

    /// <summary>The kernel of a conversion; brain floats come to it as floats.</summary>
    private static Kernel Each<TX, TY>(Slot x, Slot y, Elementwise.Map<TX, TY> map)
        where TX : unmanaged
        where TY : unmanaged => x.Type != DType.BFloat16 || typeof(TX) != typeof(float)
            ? Elementwise.Unary(x, y, map)
            : Elementwise.Unary<ushort, TY>(x, y, (a, b) =>
            {
                Span<float> wide = stackalloc float[WideBlock];
                for (int start = 0; start < a.Length; start += WideBlock)
                {
                    int count = Math.Min(WideBlock, a.Length - start);
                    for (int i = 0; i < count; i++)
                    {
                        wide[i] = Widen(a[start + i]);
                    }

                    map(MemoryMarshal.Cast<float, TX>(wide[..count]), b.Slice(start, count));
                }
            });

    private static float Widen(ushort x) => BitConverter.UInt32BitsToSingle((uint)x << 16);

    private static ushort Narrow(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);

        // The bit set for NaN keeps one whose payload lies below from becoming an infinity.
        return (ushort)(float.IsNaN(x) ? (bits >> 16) | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static TY Truncate<TY>(double x)
        where TY : INumber<TY>
    {
        if (typeof(TY) == typeof(ulong))
        {
            const double Middle = 9223372036854775808.0;
            return TY.CreateTruncating(x >= Middle ? (ulong)ToInt64(x - Middle) ^ (1UL << 63) : (ulong)ToInt64(x));
        }

        return typeof(TY) == typeof(long) || typeof(TY) == typeof(uint)
            ? TY.CreateTruncating(ToInt64(x))
            : TY.CreateTruncating(x > int.MinValue - 1.0 && x < int.MaxValue + 1.0 ? (int)x : int.MinValue);
    }

    private static long ToInt64(double x) => x >= long.MinValue && x < -(double)long.MinValue ? (long)x : long.MinValue;

    private static unsafe Kernel ToStrings<TX>(Slot x, Slot y)
        where TX : unmanaged, INumber<TX> => _ =>
        {
            for (int i = 0; i < y.Length; i++)
            {
                y.Strings[i] = (x.Type == DType.BFloat16 ? TX.CreateTruncating(Widen(((ushort*)x.Pointer)[i])) : ((TX*)x.Pointer)[i]) switch
                {
                    float value => Text(value, 8),
                    Half value => Text((double)value, 8),
                    double value => Text(value, 17),
                    TX value => value.ToString(null, CultureInfo.InvariantCulture),
                };
            }
        };

    // As C's %.Ng: fixed notation for exponents from -5 to the number of digits, no trailing zeros.
    private static string Text(double value, int digits)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "INF" : "-INF";
        }

        string scientific = value.ToString($"E{digits - 1}", CultureInfo.InvariantCulture);
        int e = scientific.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent < -4 || exponent >= digits)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Trim(scientific[..e])}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        return Trim(value.ToString($"F{digits - 1 - exponent}", CultureInfo.InvariantCulture));
    }

    private static string Trim(string number) => number.Contains('.', StringComparison.Ordinal) ? number.TrimEnd('0').TrimEnd('.') : number;

    private static Kernel FromString(KernelSpec spec, Slot x, Slot y) => y.Type switch
    {
        DType.Float => Parse(spec, x, y, static s => float.Parse(Spelled(s), NumberStyles.Float, CultureInfo.InvariantCulture)),
        DType.BFloat16 => Parse(spec, x, y, static s => Narrow(float.Parse(Spelled(s), NumberStyles.Float, CultureInfo.InvariantCulture))),
        DType.Float16 => Parse(spec, x, y, static s => Half.Parse(Spelled(s), NumberStyles.Float, CultureInfo.InvariantCulture)),
        DType.Double => Parse(spec, x, y, static s => double.Parse(Spelled(s), NumberStyles.Float, CultureInfo.InvariantCulture)),
        DType.Int64 => Parse(spec, x, y, static s => long.Parse(s, NumberStyles.Integer, CultureInfo.InvariantCulture)),
        DType.Int32 => Parse(spec, x, y, static s => int.Parse(s, NumberStyles.Integer, CultureInfo.InvariantCulture)),
        DType.UInt64 => Parse(spec, x, y, static s => ulong.Parse(s, NumberStyles.Integer, CultureInfo.InvariantCulture)),
        DType.UInt32 => Parse(spec, x, y, static s => uint.Parse(s, NumberStyles.Integer, CultureInfo.InvariantCulture)),
        DType.Int16 => Parse(spec, x, y, static s => short.Parse(s, NumberStyles.Integer, CultureInfo.InvariantCulture)),
        DType.UInt16 => Parse(spec, x, y, static s => ushort.Parse(s, NumberStyles.Integer, CultureInfo.InvariantCulture)),
        DType.Int8 => Parse(spec, x, y, static s => sbyte.Parse(s, NumberStyles.Integer, CultureInfo.InvariantCulture)),
        DType.UInt8 => Parse(spec, x, y, static s => byte.Parse(s, NumberStyles.Integer, CultureInfo.InvariantCulture)),
        DType.Bool => Parse(spec, x, y, static s => long.Parse(s, NumberStyles.Integer, CultureInfo.InvariantCulture) != 0),
        _ => throw spec.Unsupported(0),
    };

    private static string Spelled(string text) => text.Trim().ToUpperInvariant() switch
    {
        "INF" or "+INF" or "INFINITY" or "+INFINITY" => "Infinity",
        "-INF" or "-INFINITY" => "-Infinity",
        "NAN" or "+NAN" or "-NAN" => "NaN",
        _ => text,
    };

    private static unsafe Kernel Parse<T>(KernelSpec spec, Slot x, Slot y, Func<string, T> parse)
        where T : unmanaged
    {
        return _ =>
        {
            for (int i = 0; i < y.Length; i++)
            {
                try
                {
                    ((T*)y.Pointer)[i] = parse(x.Strings[i]);
                }
                catch (Exception error) when (error is FormatException or OverflowException)
                {
                    throw AnnealException.BadData($"element {i} is '{x.Strings[i]}', expected a text of a {y.Type.Name()}").In(spec.Node);
                }
            }
        };
    }
}
