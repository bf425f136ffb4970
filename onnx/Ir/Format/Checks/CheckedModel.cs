using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using Google.Protobuf;

namespace Anneal.Onnx.Ir.Format;

/// <summary>An ONNX file that was checked in full: the one door by which files come in, whichever engine runs them.</summary>
/// <remarks>
/// The bytes are walked before they are parsed, fields that the format does not have are dropped, then every tensor, type, name and call is looked at
/// (docs/untrusted.md). No op need be known.
/// </remarks>
public sealed class CheckedModel
{
    // Larger tensors outside the file are given to a runtime as they are in memory, smaller ones inside the file.
    private const int ByReference = 1 << 20;
    private const string Location = "checked";
    private readonly ModelProto _proto;
    private readonly ExternalFolder _folder;

    private CheckedModel(ModelProto proto, ExternalFolder folder)
    {
        _proto = proto;
        _folder = folder;
    }

    internal ModelProto Proto => _proto;

    internal ExternalFolder Folder => _folder;

    /// <summary>Reads and checks a file.</summary>
    /// <param name="path">The file; external data lies in its folder.</param>
    /// <param name="limits">How large and deep it may be; null for the default.</param>
    /// <returns>The model.</returns>
    /// <exception cref="AnnealException">The file is missing, cut short, no ONNX model, contradicts itself, is beyond a limit or points out of its folder.</exception>
    public static CheckedModel Open(string path, ModelLimits? limits = null)
    {
        try
        {
            return Of(CheckedFile.Read(path, limits ?? ModelLimits.Default), Path.GetDirectoryName(Path.GetFullPath(path)), limits);
        }
        catch (AnnealException e)
        {
            throw e.In(path);
        }
    }

    /// <summary>Checks a model in memory.</summary>
    /// <param name="bytes">A serialized <c>ModelProto</c>.</param>
    /// <param name="folder">Where external data lies; null when there is none.</param>
    /// <param name="limits">How large and deep it may be; null for the default.</param>
    /// <returns>The model.</returns>
    /// <exception cref="AnnealException">As for a file.</exception>
    public static CheckedModel Of(ReadOnlySpan<byte> bytes, string? folder = null, ModelLimits? limits = null)
    {
        limits ??= ModelLimits.Default;
        ModelProto proto = Parse(bytes, ModelProto.Parser, ModelProto.Descriptor, limits);
        var external = new ExternalFolder(folder, limits);
        try
        {
            new ModelCheck(external, limits).Check(proto);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AnnealException(ExitCode.Data, $"external data cannot be read: {e.Message}", inner: e);
        }

        MapOutputs.ToTables(proto);
        return new CheckedModel(proto, external);
    }

    /// <summary>The model for a runtime that reads ONNX files: written anew from what was checked, pointing at no file.</summary>
    /// <returns>The file, and the tensors of its initializers that are not in it.</returns>
    /// <exception cref="AnnealException">An output has another shape than the file declares, external data changed since it was checked, or all together is larger than 2 GB inside the file.</exception>
    public RuntimeModel ForRuntime()
    {
        DeclaredOutputs.Check(this);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        ModelProto proto = _proto.Clone();
        var initializers = _proto.Graph.Initializer.ToHashSet<TensorProto>(ReferenceEqualityComparer.Instance);
        foreach ((TensorProto original, TensorProto copy) in TensorSites.Of(_proto).Zip(TensorSites.Of(proto)))
        {
            copy.ExternalData.Clear();
            if (copy.DataLocation != TensorProto.Types.DataLocation.External)
            {
                copy.ClearDataLocation();
                continue;
            }

            try
            {
                bool isLarge = TensorLayout.Check(original, ModelLimits.Default) >= ByReference && original.DataType <= (int)DType.BFloat16 && initializers.Contains(original);
                if (isLarge)
                {
                    tensors.Add(original.Name, TensorFormat.FromProto(original, _folder));
                    copy.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = Location });
                }
                else
                {
                    copy.ClearDataLocation();
                    copy.RawData = UnsafeByteOperations.UnsafeWrap(_folder.Read(original));
                }
            }
            catch (AnnealException e)
            {
                throw e.In($"tensor '{original.Name}'");
            }
        }

        return new RuntimeModel(ToBytes(proto), tensors);
    }

    /// <summary>A model made of this one; its external data lies where this one's does.</summary>
    internal CheckedModel With(ModelProto proto) => new(proto, _folder);

    /// <summary>Parses a message whose bytes were walked before.</summary>
    internal static T Parse<T>(ReadOnlySpan<byte> bytes, MessageParser<T> parser, Google.Protobuf.Reflection.MessageDescriptor descriptor, ModelLimits limits)
        where T : IMessage<T>
    {
        WireScan.Check(bytes, descriptor, limits);
        try
        {
            return parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new AnnealException(ExitCode.Data, $"not a whole ONNX file: {e.Message}", inner: e);
        }
    }

    private static byte[] ToBytes(ModelProto proto)
    {
        try
        {
            return proto.ToByteArray();
        }
        catch (Exception e) when (e is OverflowException or OutOfMemoryException)
        {
            throw new AnnealException(ExitCode.Data, "the model is larger than 2 GB with the data of its smaller tensors and subgraphs inside", "keep large tensors among the initializers of the main graph", e);
        }
    }
}
