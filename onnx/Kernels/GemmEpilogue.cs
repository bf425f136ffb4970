using System.Numerics;
using System.Runtime.CompilerServices;

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
    public readonly void Tile(T* tile, nint tileStride, int row, int column, int rows, int columns) =>
        VectorWidth<T>.Run(new Work(this, tile, tileStride, row, column, rows, columns));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Tile<TVector, TOps>(T* tile, nint tileStride, int row, int column, int rows, int columns)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
    {
        T alpha = Alpha;
        T beta = Beta;
        nint biasColumn = BiasColumn;
        bool scales = alpha != T.One;
        bool scalesBias = beta != T.One;
        bool isRelu = Activation == GemmActivation.Relu;
        TVector alphas = TOps.Broadcast(&alpha);
        TVector betas = TOps.Broadcast(&beta);
        for (int i = 0; i < rows; i++)
        {
            T* values = tile + (i * tileStride);
            T* bias = Bias == null ? null : Bias + ((row + i) * BiasRow) + (column * biasColumn);
            T* mask = Mask == null ? null : Mask + ((row + i) * MaskRow) + column;
            int j = 0;
            for (; j <= columns - TOps.Width; j += TOps.Width)
            {
                TVector value = TOps.Load(values + j);
                if (scales)
                {
                    value = TOps.Multiply(value, alphas);
                }

                if (bias != null)
                {
                    TVector addend = biasColumn == 0 ? TOps.Broadcast(bias) : TOps.Load(bias + j);
                    value = TOps.Add(value, scalesBias ? TOps.Multiply(addend, betas) : addend);
                }

                if (isRelu)
                {
                    value = TOps.Relu(value);
                }

                if (mask != null)
                {
                    value = TOps.WherePositive(TOps.Load(mask + j), value);
                }

                TOps.Store(value, values + j);
            }

            for (; j < columns; j++)
            {
                T value = values[j];
                if (scales)
                {
                    value *= alpha;
                }

                if (bias != null)
                {
                    T addend = bias[j * biasColumn];
                    value += scalesBias ? addend * beta : addend;
                }

                bool isZero = (isRelu && value < T.Zero) || (mask != null && !(mask[j] > T.Zero));
                values[j] = isZero ? T.Zero : value;
            }
        }
    }

    private readonly struct Work(GemmEpilogue<T> epilogue, T* tile, nint tileStride, int row, int column, int rows, int columns) : IVectorWork<T>
    {
        public void Run<TVector, TOps>()
            where TVector : struct
            where TOps : IVectorOps<TVector, T> => epilogue.Tile<TVector, TOps>(tile, tileStride, row, column, rows, columns);
    }
}
