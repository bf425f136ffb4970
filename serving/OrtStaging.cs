using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>Where the feeds of a run wait while the one before it computes.</summary>
internal sealed class OrtStaging : IDisposable
{
    /// <param name="turns">The turns of the state for which the feeds are bound as they lie here; 0 where they are copied on.</param>
    public OrtStaging(InferenceSession? session, OrtMemory memory, OrtState state, IReadOnlyList<ValueInfo> infos, ReadOnlySpan<Tensor> feeds, int turns)
    {
        Feeds = new OrtBuffer[feeds.Length];
        Bindings = [];
        try
        {
            for (int i = 0; i < feeds.Length; i++)
            {
                OrtBinding.Check(infos[i], feeds[i]);
                Feeds[i] = memory.Allocate(feeds[i].Type, feeds[i].Shape);
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Bindings = [.. Enumerable.Range(0, turns).Select(_ => session!.CreateIoBinding())];
        for (int turn = 0; turn < Bindings.Length; turn++)
        {
            state.Bind(Bindings[turn], turn);
            for (int i = 0; i < Feeds.Length; i++)
            {
                Bindings[turn].BindInput(infos[i].Name, Feeds[i].Value);
            }
        }
    }

    public OrtBuffer[] Feeds { get; }

    public OrtIoBinding[] Bindings { get; }

    public void Upload(ReadOnlySpan<Tensor> feeds)
    {
        for (int i = 0; i < feeds.Length; i++)
        {
            Feeds[i].Upload(feeds[i]);
        }
    }

    public bool Fits(ReadOnlySpan<Tensor> feeds)
    {
        for (int i = 0; i < feeds.Length; i++)
        {
            if (!Feeds[i].Fits(feeds[i]))
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose()
    {
        foreach (OrtIoBinding binding in Bindings)
        {
            binding.Dispose();
        }

        foreach (OrtBuffer? feed in Feeds)
        {
            feed?.Dispose();
        }
    }
}
