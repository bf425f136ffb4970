using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Monitors;

/// <summary>Units that have stopped to answer: dead ones of a function with a flat zero, saturated elements of one with flat ends.</summary>
/// <remarks>A unit is a channel of [N, C, H, W], else an index of the last axis.</remarks>
public static class UnitActivity
{
    // Where the slope has fallen to about a twentieth of its largest.
    private const float TanhLimit = 0.97f;
    private const float SigmoidLimit = 0.0125f;

    /// <summary>The share of units that are zero in every row and place.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="output">Its values, rows first.</param>
    /// <returns>The share, in [0, 1]; null for a function that has no flat zero.</returns>
    public static double? Dead(Activation activation, Tensor output)
    {
        if (activation is not (Activation.Relu or Activation.ThresholdedRelu) || output.Length == 0 || output.Rank < 2)
        {
            return null;
        }

        int axis = output.Rank == 4 ? 1 : output.Rank - 1;
        int units = output.Shape[axis];
        int inner = 1;
        for (int i = axis + 1; i < output.Rank; i++)
        {
            inner *= output.Shape[i];
        }

        bool[] alive = new bool[units];
        ReadOnlySpan<float> values = output.Span<float>();
        for (int i = 0, unit = 0; i < values.Length; i += inner, unit = unit + 1 == units ? 0 : unit + 1)
        {
            alive[unit] = alive[unit] || values.Slice(i, inner).ContainsAnyExcept(0f);
        }

        return alive.Count(a => !a) / (double)units;
    }

    /// <summary>The rows that are zero in every element.</summary>
    /// <param name="gradient">A gradient, rows first.</param>
    /// <returns>Their numbers, in order.</returns>
    public static int[] SilentRows(Tensor gradient)
    {
        int rows = gradient.Shape[0];
        int width = gradient.Length / Math.Max(1, rows);
        return [.. Enumerable.Range(0, rows).Where(row => !gradient.Span<float>().Slice(row * width, width).ContainsAnyExcept(0f))];
    }

    /// <summary>The share of elements at a flat end of a squashing function.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="output">Its values.</param>
    /// <returns>The share, in [0, 1]; null for a function that does not squash.</returns>
    public static double? Saturated(Activation activation, Tensor output)
    {
        (float low, float high)? ends = activation switch
        {
            Activation.Tanh or Activation.Softsign => (-TanhLimit, TanhLimit),
            Activation.Sigmoid or Activation.HardSigmoid => (SigmoidLimit, 1 - SigmoidLimit),
            _ => null,
        };
        if (ends is not var (low, high) || output.Length == 0)
        {
            return null;
        }

        long flat = 0;
        foreach (float value in output.Span<float>())
        {
            flat += value < low || value > high ? 1 : 0;
        }

        return flat / (double)output.Length;
    }
}
