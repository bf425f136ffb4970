namespace Anneal.Pipeline.Report;

/// <summary>Counts the multiply-adds of products, the ops whose arithmetic grows faster than their memory.</summary>
internal static class MultiplyAdds
{
    /// <summary>The multiply-adds of a node.</summary>
    /// <param name="op">The op.</param>
    /// <param name="inputs">The sizes of its inputs; empty ones for what is left out.</param>
    /// <param name="y">The sizes of its first output.</param>
    /// <returns>The count, a bias not counted; null for any op that is no product.</returns>
    public static long? Of(string op, IReadOnlyList<int[]> inputs, int[] y) => op switch
    {
        "Gemm" or "GemmRelu" or "GemmReluGrad" or "GemmAdamStep" when y[0] > 0 => Length(y) * (Length(inputs[0]) / y[0]),
        "Conv" or "ConvRelu" when Length(y) > 0 => Length(y) * (Length(inputs[1]) / y[1]),
        "ConvGradX" or "ConvTranspose" when Length(inputs[0]) > 0 => Length(inputs[0]) * (Length(inputs[1]) / inputs[0][1]),
        "ConvGradW" when Length(y) > 0 => Length(inputs[1]) * (Length(y) / y[0]),
        "MatMul" => Length(y) * inputs[0][^1],
        "SelfAttention" => 2 * Length(y) * y[1],
        "SelfAttentionGrad" => 4 * Length(inputs[0]) * inputs[0][1],
        "RNN" or "GRU" or "LSTM" or "RNNTrain" or "GRUTrain" or "LSTMTrain" =>
            (long)inputs[0][0] * inputs[0][1] * (Length(inputs[1]) + Length(inputs[2])),
        "RNNGrad" or "GRUGrad" or "LSTMGrad" =>
            (long)inputs[2][0] * inputs[2][1] * ((2 * Length(inputs[4])) + (Length(inputs[3]) * (y.SequenceEqual(inputs[2]) ? 2 : 1))),
        _ => null,
    };

    private static long Length(int[] sizes)
    {
        long length = 1;
        foreach (int size in sizes)
        {
            length = checked(length * size);
        }

        return length;
    }
}
