using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Type and shape of the input, as far as they are known without reading all rows.</summary>
internal static class InputHeader
{
    /// <summary>The header of the training rows' array; null for a table, and for a file that is missing or damaged, which others report.</summary>
    public static ArrayHeader? Of(CheckContext context)
    {
        try
        {
            return context.Options.Data switch
            {
                { Dataset: { } dataset } => new ArrayHeader(DType.UInt8, [1, .. Sources.Dataset(dataset).ItemShape]),
                { Train: IdxOptions o } when context.Files.Find(o.Features) is { } path => Whole(IdxReader.ReadHeader(path)),
                { Train: ImagesOptions { Size: [int height, int width], Channels: { } channels } } => new ArrayHeader(DType.UInt8, [1, Sources.CountOf(channels), height, width]),
                { Train: ImagesOptions o } when context.Files.FindAny(o.Path) is { } path => new ArrayHeader(DType.UInt8, [1, .. Sources.ImagesOf(o, path).ReadShape()]),
                { Train: NpyOptions o } when context.Files.Find(o.Features) is { } path => Whole(NpyReader.ReadHeader(path)),
                _ => null,
            };
        }
        catch (AnnealException error) when (error.Code == ExitCode.Data)
        {
            return null;
        }
    }

    /// <summary>The number of training rows where a header says it; null for a table, for images, and for a file that is missing or damaged.</summary>
    public static long? RowsOf(CheckContext context)
    {
        try
        {
            return context.Options.Data switch
            {
                { Dataset: { } dataset } when Sources.Dataset(dataset) is { MissingFile: null } known => IdxReader.ReadHeader(known.Train.Features).Shape[0],
                { Train: IdxOptions or NpyOptions } => Of(context)?.Shape[0],
                _ => null,
            };
        }
        catch (AnnealException error) when (error.Code == ExitCode.Data)
        {
            return null;
        }
    }

    private static ArrayHeader? Whole(ArrayHeader header) => header.Shape.Count > 0 && header.Shape.All(s => s is >= 0 and <= int.MaxValue) ? header : null;
}
