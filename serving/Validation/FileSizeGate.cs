using Anneal.Onnx.Ir.Format;

namespace Anneal.Serving.Validation;

/// <summary>The model's file, with its data file where it has one, is no larger than a limit.</summary>
/// <param name="limitMb">The limit, in MB of 10⁶ bytes.</param>
public sealed class FileSizeGate(double limitMb) : IGate
{
    /// <inheritdoc/>
    public string Name => "size_mb.file";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        double size = ModelWriter.SizeOf(context.Model.Path) / 1e6;
        return new GateResult(Name, size <= limitMb, size, limitMb, FormattableString.Invariant($"the file has {size:0.###} MB, expected at most {limitMb:g6}"));
    }
}
