using Anneal.Onnx.Tensors;

namespace Anneal.Serving;

/// <summary>Holds a model's answers against the rows that it was asked.</summary>
internal static class RowAnswers
{
    /// <summary>Checks that an answer has one row for each row of input.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="rows">The rows asked.</param>
    /// <param name="output">Which output it is, for the error.</param>
    /// <exception cref="AnnealException">It has not.</exception>
    public static void Check(Tensor answer, int rows, string output)
    {
        if (answer.Rank == 0 || answer.Shape[0] != rows)
        {
            throw AnnealException.BadData($"got {answer} for {rows} rows, expected one row per row of input").In(output);
        }
    }
}
