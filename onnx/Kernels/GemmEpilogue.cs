using System.Numerics;

namespace Anneal.Onnx.Kernels;

/// <summary>c = mask(activation(alpha · sum + beta · bias)), element by element.</summary>
/// <typeparam name="T">Element type, float or double.</typeparam>
public unsafe struct GemmEpilogue<T> : IGemmEpilogue<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The epilogue that leaves the product as it is.</summary>
    public GemmEpilogue()
    {
        Alpha = T.One;
        Beta = T.One;
    }

    /// <summary>Factor of the product.</summary>
    public T Alpha { get; set; }

    /// <summary>Factor of the bias.</summary>
    public T Beta { get; set; }

    /// <summary>Element (i, j) of the bias is at Bias[i * BiasRow + j * BiasColumn]; null for no bias. It must not overlap the result.</summary>
    public T* Bias { get; set; }

    /// <summary>Elements from one row of the bias to the next: 0 where one row serves all.</summary>
    public nint BiasRow { get; set; }

    /// <summary>Elements from one column of the bias to the next, 1 or 0: 0 where one column serves all.</summary>
    public nint BiasColumn { get; set; }

    /// <summary>Function applied after the bias.</summary>
    public GemmActivation Activation { get; set; }

    /// <summary>[M, N] with row stride <see cref="MaskRow"/>: where it is not above zero the result is zero; null for no mask.</summary>
    public T* Mask { get; set; }

    /// <summary>Elements from one row of the mask to the next.</summary>
    public nint MaskRow { get; set; }

    /// <inheritdoc/>
    public readonly bool IsIdentity => Alpha == T.One && Bias == null && Activation == GemmActivation.None && Mask == null;

    /// <inheritdoc/>
    public readonly void Tile(T* tile, nint tileStride, int row, int column, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            T* values = tile + (i * tileStride);
            T* bias = Bias == null ? null : Bias + ((row + i) * BiasRow) + (column * BiasColumn);
            T* mask = Mask == null ? null : Mask + ((row + i) * MaskRow) + column;
            int j = 0;
            for (; j <= columns - Vector<T>.Count; j += Vector<T>.Count)
            {
                Vector<T> value = Vector.Load(values + j);
                if (Alpha != T.One)
                {
                    value *= Alpha;
                }

                if (bias != null)
                {
                    Vector<T> addend = BiasColumn == 0 ? new Vector<T>(*bias) : Vector.Load(bias + j);
                    value += Beta == T.One ? addend : addend * Beta;
                }

                if (Activation == GemmActivation.Relu)
                {
                    value = Vector.ConditionalSelect(Vector.LessThan(value, Vector<T>.Zero), Vector<T>.Zero, value);
                }

                if (mask != null)
                {
                    value = Vector.ConditionalSelect(Vector.GreaterThan(Vector.Load(mask + j), Vector<T>.Zero), value, Vector<T>.Zero);
                }

                value.Store(values + j);
            }

            for (; j < columns; j++)
            {
                T value = values[j];
                if (Alpha != T.One)
                {
                    value *= Alpha;
                }

                if (bias != null)
                {
                    value += bias[j * BiasColumn] * Beta;
                }

                bool isZero = (Activation == GemmActivation.Relu && value < T.Zero) || (mask != null && !(mask[j] > T.Zero));
                values[j] = isZero ? T.Zero : value;
            }
        }
    }
}
