using System.CommandLine;
using Anneal.Serving;

namespace Anneal.Pipeline.Commands;

/// <summary>How a command's <c>--device</c> and <c>--threads</c> choose ONNX Runtime's settings.</summary>
internal static class OrtChoice
{
    private const string Cpu = "cpu";
    private const string Cuda = "cuda";
    private const string Auto = "auto";

    public static Option<string> DeviceOption() => CommonOptions.OneOf("--device", "Where ONNX Runtime computes; auto is CUDA where it works.", Cpu, Cpu, Cuda, Auto);

    public static Option<string> CaptureOption(string leftOut, string standard) => CommonOptions.OneOf("--capture", $"Whether CUDA replays the training step as one captured graph; {leftOut}", standard, Auto, "on", "off");

    /// <summary>The settings; that <c>auto</c> falls back to the CPU is said.</summary>
    public static OrtOptions Of(string device, int? threads, CommandOutput output)
    {
        var options = new OrtOptions { Threads = threads ?? 0, Device = device == Cpu ? OrtDevice.Cpu : OrtDevice.Cuda };
        if (device == Auto && OrtInfo.Problem(OrtDevice.Cuda) is { } problem)
        {
            output.Message($"on the CPU: {problem}");
            options = options with { Device = OrtDevice.Cpu };
        }

        return options;
    }
}
