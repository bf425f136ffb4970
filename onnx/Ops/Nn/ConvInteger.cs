using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = (x - a) * (w - b) in int32: a convolution over one or two spatial dimensions, in groups, with one zero point of x and one or one per filter of w.</summary>
/// <remarks>Padding counts as x = a.</remarks>
public sealed class ConvInteger : IntegerProductOp
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        10,
        [new("x", "T1"), new("w", "T2"), new("x_zero_point", "T1", Optional: true), new("w_zero_point", "T2", Optional: true)],
        [new("y", "T3")],
        [AttributeSchema.String("auto_pad"), .. Convolution.Schemas(required: false)],
        [.. Types]);

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        var plain = new InferenceScope(scope.Node, [scope.In(0), scope.In(1)], []);
        return [new(DType.Int32, new Conv().Infer(plain)[0].Shape)];
    }

    /// <inheritdoc/>
    protected override unsafe Kernel CompileIntegers<TX, TW>(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot w = spec.In(1);
        Slot? xZero = spec.HasIn(2) ? spec.In(2) : null;
        Slot? wZero = spec.HasIn(3) ? spec.In(3) : null;
        Slot y = spec.Out();
        SlidingWindow window = Convolution.Window(spec.Attributes, w.Shape, text => AnnealException.BadData(text).In(spec.Node));
        (WindowAxis axisY, WindowAxis axisX) = window.Axes(x.Shape);
        int filters = w.Shape[0];
        int channels = w.Shape[1];
        int perGroup = Math.Max(1, filters / (int)spec.Attributes.Int("group", 1));
        int xChannels = x.Shape[1];
        int taps = axisY.Kernel * axisX.Kernel;
        int plane = axisY.Input * axisX.Input;
        Action<int> body = item =>
        {
            int filter = item % filters;
            TX* image = (TX*)x.Pointer + (((nint)(item / filters) * xChannels) + (filter / perGroup * channels)) * plane;
            TW* weights = (TW*)w.Pointer + ((nint)filter * channels * taps);
            int* to = (int*)y.Pointer + ((nint)item * axisY.Output * axisX.Output);
            int shift = xZero is null ? 0 : int.CreateChecked(*(TX*)xZero.Pointer);
            int other = wZero is null ? 0 : int.CreateChecked(((TW*)wZero.Pointer)[wZero.Length == 1 ? 0 : filter]);
            for (int row = 0; row < axisY.Output; row++)
            {
                for (int column = 0; column < axisX.Output; column++)
                {
                    int sum = 0;
                    for (int tap = 0; tap < taps; tap++)
                    {
                        int at = (row * axisY.Stride) - axisY.Begin + (tap / axisX.Kernel * axisY.Dilation);
                        int across = (column * axisX.Stride) - axisX.Begin + (tap % axisX.Kernel * axisX.Dilation);
                        if ((uint)at < (uint)axisY.Input && (uint)across < (uint)axisX.Input)
                        {
                            for (int channel = 0; channel < channels; channel++)
                            {
                                int pixel = int.CreateChecked(image[((nint)channel * plane) + (at * axisX.Input) + across]);
                                sum += (pixel - shift) * (int.CreateChecked(weights[((nint)channel * taps) + tap]) - other);
                            }
                        }
                    }

                    to[(row * axisX.Output) + column] = sum;
                }
            }
        };
        int items = y.Length == 0 ? 0 : x.Shape[0] * filters;
        return team => team.Run(items, body);
    }
}
