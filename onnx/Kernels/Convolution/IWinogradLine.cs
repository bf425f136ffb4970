namespace Anneal.Onnx.Kernels;

/// <summary>Winograd's F(m, 3) for one m, along one axis: m outputs of a window of 3 by m + 2 products instead of 3m. Lanes are tiles, filters or channels.</summary>
/// <remarks>
/// With d the m + 2 inputs of a tile, g the window and ⊙ the product element by element: y = Aᵀ[(G g) ⊙ (Bᵀ d)]. In two dimensions, F(m×m, 3×3), each
/// matrix is applied along one axis and then along the other.
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1509.09308">Lavin and Gray, Fast Algorithms for Convolutional Neural Networks</seealso>
internal unsafe interface IWinogradLine<T>
    where T : unmanaged
{
    /// <summary>m.</summary>
    static abstract int Outputs { get; }

    /// <summary>Deals pixels to a vector of tiles: tile j takes pixels mj to mj + m + 1.</summary>
    /// <param name="low">The pixels of the lower half of the lanes.</param>
    /// <param name="high">The pixels of the upper half.</param>
    /// <param name="mask">All bits set where a tile's pixel is one of the image, none where it is padding: [m + 2, plane].</param>
    /// <param name="plane">Elements from the tiles' first pixels to their second, and so on.</param>
    /// <param name="to">Receives the first pixel of each tile.</param>
    static abstract void Deal(T* low, T* high, T* mask, nint plane, T* to);

    /// <summary>v = Bᵀ d.</summary>
    /// <param name="d">The first m inputs.</param>
    /// <param name="beyond">The last two, which are the first two of the next tile.</param>
    /// <param name="step">Elements from one input to the next.</param>
    /// <param name="v">Receives m + 2 values.</param>
    /// <param name="vStep">Elements from one value to the next.</param>
    static abstract void Input(T* d, T* beyond, nint step, T* v, nint vStep);

    /// <summary>y = Aᵀ s.</summary>
    /// <param name="s">m + 2 sums.</param>
    /// <param name="step">Elements from one sum to the next.</param>
    /// <param name="y">Receives m outputs.</param>
    /// <param name="yStep">Elements from one output to the next.</param>
    static abstract void Output(T* s, nint step, T* y, nint yStep);

    /// <summary>y = Aᵀ s, tile by tile.</summary>
    /// <param name="s">m + 2 sums, vector by vector.</param>
    /// <param name="y">Receives the outputs of the first tile, then those of the second, and so on: m vectors.</param>
    static abstract void Pixels(T* s, T* y);

    /// <summary>z = A dy.</summary>
    /// <param name="dY">The gradients of m outputs.</param>
    /// <param name="step">Elements from one gradient to the next.</param>
    /// <param name="z">Receives m + 2 values.</param>
    /// <param name="zStep">Elements from one value to the next.</param>
    static abstract void OutputGradient(T* dY, nint step, T* z, nint zStep);

    /// <summary>u = G g.</summary>
    /// <param name="g">The window's 3 values.</param>
    /// <param name="step">Elements from one of them to the next.</param>
    /// <param name="u">Receives m + 2 values.</param>
    /// <param name="uStep">Elements from one value to the next.</param>
    static abstract void Weights(T* g, nint step, T* u, nint uStep);

    /// <summary>dg = Gᵀ s.</summary>
    /// <param name="s">m + 2 sums.</param>
    /// <param name="step">Elements from one sum to the next.</param>
    /// <param name="dG">Receives the gradients of the window's 3 values.</param>
    /// <param name="gStep">Elements from one of them to the next.</param>
    static abstract void WeightGradient(T* s, nint step, T* dG, nint gStep);
}
