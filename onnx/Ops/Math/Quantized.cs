using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>What QuantizeLinear and DequantizeLinear share: scale and zero point of all elements, or of each place along an axis.</summary>
internal static class Quantized
{
    /// <summary>Checks that scale and zero point fit the first input.</summary>
    public static void Check(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } x || scope.Shape(1) is not { } scale)
        {
            return;
        }

        if (scope.Has(2) && scope.Shape(2) is { } zero && zero.IsStatic && scale.IsStatic && zero.ElementCount != scale.ElementCount)
        {
            throw scope.Error($"the scale has shape {scale} and the zero point {zero}, expected one shape");
        }

        if (scale.Rank > 1)
        {
            throw scope.NotSupported($"a scale of shape {scale} is not supported, expected one number or a vector");
        }

        if (scale is { Rank: 1, IsStatic: true } && scale[0].Size != 1)
        {
            Dim along = x[scope.Axis(scope.Attributes.Int("axis", 1), x.Rank)];
            if (along.IsKnown && along != scale[0])
            {
                throw scope.Error($"the scale has {scale[0]} elements, and the axis {along}");
            }
        }
    }

    /// <summary>Elements of the scale, and elements of the tensor that pass before the next one is used.</summary>
    public static (int Count, int Inner) Along(KernelSpec spec)
    {
        if (spec.In(1).Length == 1)
        {
            return (1, Math.Max(1, spec.In(0).Length));
        }

        var axis = new AxisLayout(spec.In(0).Shape, spec.Attributes.Int("axis", 1));
        return (Math.Max(1, axis.Count), Math.Max(1, axis.Inner));
    }
}
