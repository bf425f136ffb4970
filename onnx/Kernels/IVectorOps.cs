namespace Anneal.Onnx.Kernels;

/// <summary>What a kernel needs of one vector width, so that one source serves every instruction set.</summary>
internal unsafe interface IVectorOps<TVector, T>
    where TVector : struct
    where T : unmanaged
{
    static abstract int Width { get; }

    static abstract TVector Constant(double value);

    static abstract TVector Load(T* source);

    static abstract TVector Broadcast(T* source);

    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>The bits that both have.</summary>
    static abstract TVector And(TVector left, TVector right);

    /// <summary>Zero where the value is below zero; NaN stays NaN.</summary>
    static abstract TVector Relu(TVector value);

    /// <summary>The value where the mask is above zero, else zero.</summary>
    static abstract TVector WherePositive(TVector mask, TVector value);

    /// <summary>The elements of even index of both, those of <paramref name="low"/> first.</summary>
    static abstract TVector Even(TVector low, TVector high);

    /// <summary>The elements of odd index of both, those of <paramref name="low"/> first.</summary>
    static abstract TVector Odd(TVector low, TVector high);

    /// <summary>The elements of both in turn: of their lower halves.</summary>
    static abstract TVector ZipLow(TVector even, TVector odd);

    /// <summary>The elements of both in turn: of their upper halves.</summary>
    static abstract TVector ZipHigh(TVector even, TVector odd);

    static abstract void Store(TVector value, T* destination);
}
