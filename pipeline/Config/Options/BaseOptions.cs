using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>Where a model comes from that training goes on from.</summary>
internal sealed record BaseOptions
{
    [Key("path", "an ONNX file", IsPrimary = true, IsFile = true)]
    public string? Path { get; init; }

    [Key("pipeline", "another pipeline of this file, which runs first unless nothing has changed; its exported model is taken")]
    public string? Pipeline { get; init; }
}
