using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Rewrite;
using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Stages;

/// <summary>Writes the files of exported models.</summary>
internal static class ExportFiles
{
    // Shapes, axes and scalars stay inside: a reader needs them to know the types of what is computed.
    private const long ExternalFrom = 1024;

    /// <summary>Writes a model, with its data file where one is asked for or needed.</summary>
    /// <param name="model">The model, of opset 18.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is written.</param>
    /// <returns>The size of both files, in bytes.</returns>
    public static long Write(Model model, string path, ExportOptions options)
    {
        File.Delete(path + ModelWriter.DataSuffix);
        ModelWriter.Write(ConvertOpset.Apply(model, options.Opset), path, new WriteOptions(options.ExternalData ? ExternalFrom : null));
        return ModelWriter.SizeOf(path);
    }
}
